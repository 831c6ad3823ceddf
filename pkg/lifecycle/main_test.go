package lifecycle_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain looks at more worlds than rapid's 100: they are cheap, and those
// that nearly pass the gate are few.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("rapid.checks").Value.String() == flag.Lookup("rapid.checks").DefValue {
		_ = flag.Set("rapid.checks", "5000")
	}
	os.Exit(m.Run())
}
