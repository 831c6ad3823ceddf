# shellcheck shell=bash disable=SC2034 # output is for the story
# Telling a story of commands: every command is shown before it runs, and what
# the story promises is checked. The first promise that does not hold ends it.

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
	bold='' dim='' red='' green='' plain=''
fi

# refused copies what a command prints to here; it appends, because this may be a file.
exec 3>&1

# step TITLE begins a chapter, and says how long the last one took.
step() {
	took
	chapter=$1 began=$EPOCHREALTIME
	printf '\n%s== %s%s\n' "$bold" "$1" "$plain"
}

# took ends a chapter.
took() {
	[[ -n ${chapter:-} ]] || return 0
	printf '%s   %s s%s\n' "$dim" "$(since "$began")" "$plain"
	chapter=''
}

# since START is the time since then in seconds, with one decimal.
since() {
	local now=$EPOCHREALTIME
	local tenths=$(((${now/[.,]/} - ${1/[.,]/}) / 100000))
	printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# say TEXT… explains, one argument a line.
say() { printf "$dim# %s$plain\n" "$@"; }

# show COMMAND… prints a command the way one would type it.
show() {
	local word line=''
	for word in "$@"; do
		[[ $word == '<<<' || $word =~ ^[A-Za-z0-9_./:=@,%+-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
		line+=" $word"
	done
	printf '%s$%s%s\n' "$green" "$line" "$plain"
}

# run COMMAND… shows and runs a command that has to succeed. Its output stays
# on the terminal, and so may be redrawn.
run() {
	show "$@"
	local code=0
	"$@" || code=$?
	[[ $code == 0 ]] || fail "the command ended with code $code"
}

# refused CODE COMMAND… shows and runs a command that has to fail with this exit
# code, and leaves what it printed in $output.
refused() {
	local expected=$1 code=0
	shift
	show "$@"
	output=$("$@" 2>&1 | tee -a /dev/fd/3; exit "${PIPESTATUS[0]}") || code=$?
	[[ $code == "$expected" ]] || fail "the command ended with code $code, the story says $expected"
}

# promise TEXT TEST… checks what the story has just claimed.
promise() {
	local text=$1
	shift
	"$@" || fail "$text: not so ($*)"
	printf '%s✓ %s%s\n' "$green" "$text" "$plain"
}

# fail MESSAGE ends the story.
fail() {
	printf '%s✗ %s%s\n' "$red" "$1" "$plain" >&2
	exit 1
}
