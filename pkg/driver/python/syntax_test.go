package python

import (
	"errors"
	"strings"
	"testing"
)

// mistakes are sources that CPython refuses, and what is said about them here.
var mistakes = []struct{ name, src, want string }{
	// Brackets and strings.
	{"unclosed bracket", "x = [1,\n  (2)\n", "line 1, column 5: this `[` is never closed"},
	{"unclosed call", "f(1,\n\ndef g():\n    return 1\n", "line 1, column 2: this `(` is never closed"},
	{"unclosed in an unclosed one", "f([1, 2)\nx = 1\n", "line 1, column 8: `)` does not close the `[` of line 1"},
	{"wrong bracket", "x = (1]\n", "line 1, column 7: `]` does not close the `(` of line 1"},
	{"stray bracket", "x = 1)\n", "line 1, column 6: `)` closes nothing"},
	{"unclosed string", "a\nx = 'abc\ny = 1", "line 2, column 5: this string is not closed at the end of its line"},
	{"apostrophe", "x = 'it's'\n", "line 1, column 10: this string is not closed at the end of its line"},
	{"unclosed prefixed string", "x = rb'abc\n", "line 1, column 5: this string is not closed at the end of its line"},
	{"unclosed triple", "x = '''abc\ny = 1", "line 1, column 5: this string is never closed"},
	{"path of Windows", `x = "C:\users"` + "\n", "line 1, column 5: `\\u` begins an escape that is not complete; a `\\` itself is written `\\\\`"},
	{"bytes beyond ASCII", "x = b'é'", "line 1, column 5: bytes hold ASCII characters only; write others as \\x escapes"},
	{"strings and bytes", "x = 'a' b'b'", "line 1, column 9: strings and bytes cannot be joined"},
	{"typographic quotes", "x = “a”", "line 1, column 5: the character '“' (U+201C) does not belong here; strings stand in \" or '"},
	// f-strings.
	{"unclosed field", "x = f'{a", "line 1, column 7: this field of the f-string is never closed"},
	{"unclosed field at the quote", "x = f'{a:>3'\n", "line 1, column 7: this field of the f-string is never closed"},
	{"quote in a field", "x = f'{a'\n", "line 1, column 7: this field of the f-string is never closed"},
	{"bracket in a field", "x = f'{(a'}'\n", "line 1, column 8: this `(` is never closed"},
	{"stray bracket in a field", "x = f'{a)}'\n", "line 1, column 9: `)` does not close the `{` of line 1"},
	{"empty field", "x = f'{}'", "line 1, column 8: an expression is expected in this field of the f-string; a `{` in its text is written `{{`"},
	{"single brace", "x = f'a}'", "line 1, column 8: a `}` in the text of an f-string is written `}}`"},
	{"conversion", "x = f'{a!x}'", "line 1, column 10: `!r`, `!s` or `!a` is expected here"},
	{"statement in a field", "x = f'{a = 1}'", "line 1, column 12: `1` does not belong here; `}` is expected for the `{` of column 7"},
	{"unclosed f-string", "x = f'a{b}\n", "line 1, column 5: this string is not closed at the end of its line"},
	{"fields never closed", strings.Repeat("f'{", 5), "line 1, column 15: this field of the f-string is never closed"},
	// Blocks.
	{"dedent", "if a:\n    b\n  c\n", "line 3, column 3: the indentation matches no enclosing block"},
	{"indent", "a\n  b\n", "line 2, column 3: this line is indented, but no block begins above it"},
	{"no block", "if a:\nb\n", "line 2, column 1: an indented block is expected below the `if` of line 1; a block with nothing to do holds `pass`"},
	{"no body", "def f():\n\ndef g(): pass\n", "line 3, column 1: an indented block is expected below the `def` of line 1; a block with nothing to do holds `pass`"},
	{"comment for a body", "def f():\n    # nothing\n", "line 1, column 1: an indented block is expected below the `def` of line 1; a block with nothing to do holds `pass`"},
	{"no body in a block", "if a:\n  for b in c:\nd\n", "line 3, column 1: an indented block is expected below the `for` of line 2; a block with nothing to do holds `pass`"},
	{"tabs and spaces", "if a:\n        b\n\tc\n", "line 3, column 2: tabs and spaces are mixed in the indentation"},
	{"no colon after def", "def f()\n  pass\n", "line 1, column 8: `:` is expected at the end of the `def` line"},
	{"no colon after if", "if a == b\n  pass\n", "line 1, column 10: `:` is expected at the end of the `if` line"},
	{"no colon after else", "if a:\n  b\nelse\n  c\n", "line 3, column 5: `:` is expected at the end of the `else` line"},
	{"no colon after for", "for a in b\n  pass\n", "line 1, column 11: `:` is expected at the end of the `for` line"},
	{"no colon after while", "while True\n  pass\n", "line 1, column 11: `:` is expected at the end of the `while` line"},
	{"no colon after try", "try\n  a\nexcept B:\n  c\n", "line 1, column 4: `:` is expected at the end of the `try` line"},
	{"no colon after except", "try:\n  a\nexcept B\n  c\n", "line 3, column 9: `:` is expected at the end of the `except` line"},
	{"no colon after with", "with a as b\n  pass\n", "line 1, column 12: `:` is expected at the end of the `with` line"},
	{"no colon after with in parentheses", "with (a as b)\n  pass\n", "line 1, column 14: `:` is expected at the end of the `with` line"},
	{"no colon after class", "class A\n  pass\n", "line 1, column 8: `:` is expected at the end of the `class` line"},
	{"no colon after match", "match x\n  case 1: pass\n", "line 1, column 8: `:` is expected at the end of the `match` line"},
	{"match on one line", "match x: pass\n", "line 1, column 10: `pass` does not belong here; the cases of a `match` stand on lines of their own"},
	{"no case", "match x:\n  if a: pass\n", "line 2, column 3: `case` is expected in the block of `match`, not `if`"},
	{"brace for a colon", "if a {\n  b\n}\n", "line 1, column 6: `:` is expected at the end of the `if` line"},
	{"brace after a condition", "if (a) {\n  b()\n}\n", "line 1, column 8: `:` is expected at the end of the `if` line"},
	{"try alone", "try:\n  a\nb\n", "line 3, column 1: `except` or `finally` is expected below the block of the `try` of line 1, not `b`"},
	{"else alone", "a\nelse:\n  b\n", "line 2, column 1: `else` belongs to no block above it; is its indentation right?"},
	{"else indented", "if a:\n  b\n  else:\n    c\n", "line 3, column 3: `else` belongs to no block above it; is its indentation right?"},
	{"else if", "if a: b\nelse if c: d\n", "line 2, column 1: `else if` is written `elif`"},
	{"two blocks on a line", "if a: if b: c\n", "line 1, column 7: `if` begins a line of its own, below the `if`"},
	{"decorator alone", "@flow\nx = 1\n", "line 2, column 1: a `def` or a `class` is expected below the decorator, not `x`"},
	// Words.
	{"keyword as a name", "class = 1\n", "line 1, column 7: a class's name is expected here, not `=`"},
	{"keyword as a variable", "a = class\n", "line 1, column 5: `class` is a word of the language; an expression is expected here"},
	{"keyword as a function", "def class(): pass\n", "line 1, column 5: `class` is a word of the language; it cannot be a function's name"},
	{"keyword as a parameter", "def f(from): pass\n", "line 1, column 7: `from` is a word of the language; it cannot be a parameter's name"},
	{"keyword as an attribute", "a.import\n", "line 1, column 3: `import` is a word of the language; it cannot be an attribute's name"},
	{"keyword as an argument", "f(in=1)\n", "line 1, column 3: `in` is a word of the language; an expression is expected here"},
	{"stray keyword", "x = 1 in\n", "line 1, column 9: an expression is expected after `in`, not the end of the line"},
	{"print", "print \"x\"\n", "line 1, column 1: `print` is a function; write print(…)"},
	{"print a name", "if a:\n  print a, b\n", "line 2, column 3: `print` is a function; write print(…)"},
	{"misspelt def", "dfe f():\n  pass\n", "line 1, column 5: `f` does not belong here, after a statement; did you mean `def` before it?"},
	{"misspelt return", "def f():\n  retrun 1\n", "line 2, column 10: `1` does not belong here, after a statement; did you mean `return` before it?"},
	{"misspelt import", "improt os\n", "line 1, column 8: `os` does not belong here, after a statement; did you mean `import` before it?"},
	{"no name", "def (a): ...\n", "line 1, column 5: a function's name is expected here, not `(`"},
	{"no parameters", "def f: ...\n", "line 1, column 6: `(` is expected after the name of the function, not `:`"},
	{"async of nothing", "async x = 1\n", "line 1, column 7: `def`, `for` or `with` is expected after `async`, not `x`"},
	{"import without a name", "from a import\n", "line 1, column 14: the name of what is imported is expected here, not the end of the line"},
	{"from without import", "from a\n", "line 1, column 7: `import` is expected after the name of the module, not the end of the line"},
	// Operators and commas.
	{"assignment in if", "if x = 1:\n  pass\n", "line 1, column 6: `=` assigns; to compare, write `==`"},
	{"assignment in while", "while a.b = 1:\n  pass\n", "line 1, column 11: `=` assigns; to compare, write `==`"},
	{"assignment in a condition", "if a and b = 1:\n  pass\n", "line 1, column 12: `=` assigns; to compare, write `==`"},
	{"assignment in brackets", "x = [a = 1]\n", "line 1, column 8: `=` does not belong into these brackets; to compare, write `==`"},
	{"assignment in an assertion", "assert a = 1\n", "line 1, column 10: there is nothing before this `=` to assign to"},
	{"assignment to a call", "f() = 1\n", "line 1, column 1: the result of a call cannot be assigned to; to compare, write `==`"},
	{"assignment to a literal", "1 = x\n", "line 1, column 1: a literal cannot be assigned to; to compare, write `==`"},
	{"assignment in a list", "[a, f(), b] = x\n", "line 1, column 5: the result of a call cannot be assigned to; to compare, write `==`"},
	{"argument of an attribute", "f(a.b=1)\n", "line 1, column 6: the name of an argument is expected before `=`; to compare, write `==`"},
	{"missing comma between arguments", "f(a, b c)\n", "line 1, column 8: a `,` or an operator is missing before `c`"},
	{"missing comma between lines", "f(\n  a=1\n  b=2,\n)\n", "line 3, column 3: a `,` or an operator is missing before `b`"},
	{"missing comma after a string", "x = ['a' b]\n", "line 1, column 10: a `,` or an operator is missing before `b`"},
	{"missing comma in a dict", "x = {'a': 1 'b': 2}\n", "line 1, column 13: a `,` or an operator is missing before a string"},
	{"missing comma between lists", "x = [[1, 2] [f()], {3} {4}]\n", "line 1, column 24: a `,` or an operator is missing before `{`"},
	{"missing comma between parameters", "def f(a b): pass\n", "line 1, column 9: a `,` is missing before `b`"},
	{"missing value in a dict", "x = {'a': 1, 'b'}\n", "line 1, column 14: `:` and a value are expected after a key"},
	{"two commas", "f(a,, b)\n", "line 1, column 5: an expression is expected after `,`, not `,`"},
	{"missing operand", "x = 1 +\n", "line 1, column 8: an expression is expected after `+`, not the end of the line"},
	{"missing operator", "x = a b\n", "line 1, column 7: `b` does not belong here, after a statement; is there an operator, a `,` or a `(` missing before it?"},
	{"missing else", "x = a if b\n", "line 1, column 11: `else` is expected in a choice, `A if CONDITION else B`, not the end of the line"},
	{"increment", "a++\n", "line 1, column 3: `++` does not exist; write `+= 1`"},
	{"and of C", "if a && b: pass\n", "line 1, column 6: `&&` is no operator of Python; write `and`"},
	{"or of C", "a = b || c\n", "line 1, column 7: `||` is no operator of Python; write `or`"},
	{"not of C", "if !a: pass\n", "line 1, column 4: `!` is no operator of Python; write `not`"},
	{"unequal of Python 2", "if a <> b: pass\n", "line 1, column 6: `<>` is of Python 2; write `!=`"},
	{"choice of C", "x = a ? b : c\n", "line 1, column 7: the character '?' does not belong here; a choice is written `A if CONDITION else B`"},
	{"variable of a shell", "x = $HOME\n", "line 1, column 5: the character '$' does not belong here; a name's value goes into a string as f\"{name}\""},
	{"walrus as a statement", "a := 1\n", "line 1, column 3: `:=` stands in parentheses when it is a statement's; write `=`"},
	{"type after a value", "a = b: int\n", "line 1, column 6: this `:` begins no block"},
	{"name of a digit", "1st = 1\n", "line 1, column 2: a number ends here, and a name cannot follow it directly; a name does not begin with a digit"},
	{"octal number", "x = 0777\n", "line 1, column 5: a number does not begin with 0; an octal one begins with 0o"},
	{"underscore in a number", "x = 1__0\n", "line 1, column 6: an `_` in a number stands between two digits"},
	{"digit in a number", "x = 0b2\n", "line 1, column 7: a digit is expected in the number"},
	{"continuation", "x = \\ 1\n", "line 1, column 5: unexpected character after the line continuation `\\`"},
	{"continuation at the end", "x = \\", "line 1, column 5: the file ends in a line continuation `\\`"},
	{"space that is none", "x\u00a0= 1\n", "line 1, column 2: the character '\\u00a0' (U+00A0) does not belong here; it looks like a space, or like nothing: remove it"},
	{"dash that is none", "x = 1 − 1\n", "line 1, column 7: the character '−' (U+2212) does not belong here; write -"},
	// Functions and calls.
	{"default before none", "def f(a=1, b): pass\n", "line 1, column 12: the parameter `b` has no default, but one before it has"},
	{"parameter twice", "def f(a, b, a): pass\n", "line 1, column 13: there is a parameter `a` already"},
	{"star alone", "def f(a, *): pass\n", "line 1, column 10: a parameter is expected after the `*`"},
	{"after **", "def f(**a, b): pass\n", "line 1, column 12: nothing can follow the parameter with `**`"},
	{"default of *args", "def f(*a=1): pass\n", "line 1, column 9: the parameter `a` takes what is left over and has no default"},
	{"tuple parameter", "def f((a, b)): pass\n", "line 1, column 7: a parameter's name is expected here, not `(`"},
	{"argument without a name", "f(a=1, b)\n", "line 1, column 8: an argument without a name stands after one with a name"},
	{"argument twice", "f(a=1, a=2)\n", "line 1, column 8: the argument `a` is given twice"},
	{"generator among arguments", "f(a for a in b, c)\n", "line 1, column 3: a generator that is not the only argument stands in parentheses"},
	{"await in no async function", "def f():\n  x = [await g()]\n", "line 2, column 8: `await` stands in the function f, which is not async; write `async def f`"},
	{"await in a head", "def f():\n  if await g(): pass\n", "line 2, column 6: `await` stands in the function f, which is not async; write `async def f`"},
	{"await around a function", "def f():\n  if await g():\n    def h(): pass\n", "line 2, column 6: `await` stands in the function f, which is not async; write `async def f`"},
	{"await in the module", "await f()\n", "line 1, column 1: `await` stands outside of an `async def` function"},
	{"async with in no async function", "def f():\n  async with a: pass\n", "line 2, column 3: `async with` stands in the function f, which is not async; write `async def f`"},
	{"return in the module", "if a:\n  return 1\n", "line 2, column 3: `return` stands outside of a function"},
	{"return in a class", "class A:\n  return\n", "line 2, column 3: `return` stands outside of a function"},
	{"yield in the module", "yield 1\n", "line 1, column 1: `yield` stands outside of a function"},
	{"break in no loop", "for a in b: pass\nelse: break\n", "line 2, column 7: `break` stands outside of a loop"},
	{"continue in a function", "for a in b:\n  def f(): continue\n", "line 2, column 12: `continue` stands outside of a loop"},
	{"bare except first", "try: a\nexcept: b\nexcept C: d\n", "line 3, column 1: there is an `except` without an exception above this one; it is the last one"},
	{"star alone in a statement", "x = *a\n", "line 1, column 5: a value is unpacked in a list, a tuple or a call only; a `,` after it makes a tuple"},
	{"del of a call", "del f()\n", "line 1, column 5: the result of a call cannot be deleted"},
	{"change of a tuple", "a, b += 1\n", "line 1, column 1: a tuple or a list cannot be changed in place"},
	{"conflict of a merge", "a = 1\n<<<<<<< HEAD\nb = 2\n=======\n>>>>>>> other\n", "line 2, column 1: a merge has left a conflict here; decide it and remove its markers"},
	{"rest of a conflict", "if a:\n    b\n=======\n", "line 3, column 1: a merge has left a conflict here; decide it and remove its markers"},
	{"NUL", "x = 'a\x00'", "line 1, column 7: there is a NUL character here; remove it"},
}

func TestSyntaxErrors(t *testing.T) {
	var sources []string
	for _, m := range mistakes {
		sources = append(sources, m.src)
		t.Run(m.name, func(t *testing.T) {
			_, err := Parse(m.src)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("no syntax error but %v", err)
			}
			if err.Error() != m.want {
				t.Errorf("got  %v\nwant %s", err, m.want)
			}
		})
	}
	for src, accepted := range acceptedBySome(t, sources) {
		if accepted {
			t.Errorf("CPython accepts %q", src)
		}
	}
}

func TestNotUTF8(t *testing.T) {
	_, err := Parse("x = 1\nx = 'a\xff'")
	if err == nil || err.Error() != "line 2, column 7: these bytes are not UTF-8; save the file as UTF-8" {
		t.Error(err)
	}
	if _, err := Parse("x = '\uFFFD'"); err != nil {
		t.Error(err)
	}
}
