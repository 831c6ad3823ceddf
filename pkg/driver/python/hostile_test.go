package python

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

const mebibyte = 1 << 20

// hostile are sources of a mebibyte that are as deep, long or wide as it gets.
func hostile() map[string]string {
	all := map[string]string{}
	for _, unit := range []string{
		"(", "[", "{", "f'{", "f\"{f'{", "f'{a:{b:", "f'''{", "(lambda a=", "lambda:", "lambda a=", "not ", "-", "~", "a**", "a if b else ",
		"if a:\n ", "if a: b\n", "@a\n", "a=", "a,", "a.", "a()", "a(b)(", "f(a),", "[a],", "{a:b},", "'a'", "f'a'", "f'{a}'", "'\\x41'", "\\\n", "\n", "\t", ";",
		"1", "1_", "0x", "é", "#", "\"\"\"", "'", "{{", "}}", "*", "**", "await ", "yield ", "x: ", "a[b:c],", "for a in b: ", "a for a in b ", "def f(): pass\n",
		"def f(a=1): return f(a)\n", "import a\n", "from a import b as c\n", "class A: pass\n", "with (a as b): pass\n", "match (a):\n case b: pass\n", "match (", "print a",
		"try: a\nexcept b: c\n", "elif a: b\n", "else: ", "async def f(): await g()\n", "a = f(b)\n", "a = b = ", "a: b = c\n", "del a\n", "global a\n",
		"=", ":=", "->", "...", "<>", "\r", "\f", "\x00", "\xff",
	} {
		all[fmt.Sprintf("%q", unit)] = strings.Repeat(unit, mebibyte/len(unit))
	}
	blocks := &strings.Builder{}
	for i := 0; blocks.Len() < mebibyte; i = (i + 1) % 98 {
		fmt.Fprintf(blocks, "%sif a:\n", strings.Repeat(" ", i))
	}
	all["deep blocks"] = blocks.String()
	all["deeper blocks"] = strings.Repeat("if a:\n", 1) + strings.Repeat(" ", mebibyte) + "b"
	all["brackets"] = "x = [" + strings.Repeat(strings.Repeat("[", 190)+strings.Repeat("]", 190)+",", mebibyte/381) + "]"
	all["nested comprehensions"] = "x = [" + strings.Repeat("[[[f(a) for a in b] for c in d] for e in g],", mebibyte/45) + "]"
	all["parameters"] = "def f(" + list("p%d") + "): pass"
	all["parameters with defaults"] = "def f(" + list("p%d: int = g()") + "): pass"
	all["arguments"] = "f(" + list("p%d=%[1]d") + ")"
	all["items"] = "x = [" + strings.Repeat("a,", mebibyte/2) + "]"
	all["lists of a list"] = "x = [" + strings.Repeat("[a],", mebibyte/4) + "]"
	all["a long line"] = strings.Repeat("a = 1; ", mebibyte/7)
	all["a long name"] = strings.Repeat("a", mebibyte)
	all["decorators"] = strings.Repeat("@f(a)\n", mebibyte/6) + "def f(): pass"
	all["names beyond ASCII"] = strings.Repeat("ü ö,", mebibyte/6)
	return all
}

func list(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < mebibyte; i++ {
		fmt.Fprintf(&b, format+", ", i)
	}
	return b.String()
}

// TestHostile bounds what a driver's largest file can cost. What is allocated
// does not depend on the machine; the time is generous.
func TestHostile(t *testing.T) {
	for name, src := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			_, _ = Parse(src)
			took := time.Since(begun)
			runtime.ReadMemStats(&after)
			allocated := (after.TotalAlloc - before.TotalAlloc) / mebibyte
			if took > 100*time.Millisecond || allocated > 100 {
				t.Logf("%s: %v, %d MiB", name, took, allocated)
			}
			if allocated > 200 {
				t.Errorf("%d MiB were allocated", allocated)
			}
			if took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestDeepNesting is about what CPython still takes.
func TestDeepNesting(t *testing.T) {
	blocks := strings.Builder{}
	for i := range maxIndents - 1 {
		fmt.Fprintf(&blocks, "%sif a:\n", strings.Repeat(" ", i))
	}
	fmt.Fprintf(&blocks, "%sb\n", strings.Repeat(" ", maxIndents-1))
	nested := func(open, middle, closed string, n int) string {
		return strings.Repeat(open, n) + middle + strings.Repeat(closed, n)
	}
	for name, src := range map[string]string{
		"brackets":  nested("(", "1", ")", maxBrackets),
		"lambdas":   nested("lambda:", "1", "", 2984),
		"defaults":  nested("lambda a=", "1", ":1", 746),
		"nots":      nested("not ", "1", "", 5968),
		"choices":   nested("a if b else ", "1", "", 5968),
		"powers":    nested("a**", "1", "", 2984),
		"calls":     nested("a", "", "()", 9996),
		"f-strings": nested("f'{", "1", "}'", maxTemplates-1),
		"elifs":     "if a: b\n" + nested("elif a: b\n", "", "", 5966),
		"blocks":    blocks.String(),
	} {
		if _, err := Parse(src); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, src := range map[string]string{
		"brackets":  nested("(", "1", ")", maxBrackets+1),
		"lambdas":   nested("lambda:", "1", "", maxDepth+1),
		"defaults":  nested("lambda a=", "1", ":1", maxDepth+1),
		"f-strings": nested("f'{", "1", "}'", maxTemplates+1),
		"blocks":    strings.Replace(blocks.String(), " b\n", " if a:\n"+strings.Repeat(" ", maxIndents)+"b\n", 1),
	} {
		if _, err := Parse(src); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("testdata/library/queue.py")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(string(data)); err != nil {
			b.Fatal(err)
		}
	}
}
