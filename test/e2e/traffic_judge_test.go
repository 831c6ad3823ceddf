package e2e

import "testing"

// TestTrafficIsJudged: what excuses a call excuses no other one. It needs no cluster.
func TestTrafficIsJudged(t *testing.T) {
	held, judged, free := repeated{held: true, judged: true}, repeated{judged: true}, repeated{}
	const denial, silence, refused = "Error: admission webhook denied the request: held by styrmin", "failed calling webhook", "connection refused"
	const undecided = `admission webhook "releases.gate.styrmin.io" denied the request: styrmin's gate could not decide: context canceled`
	for name, c := range map[string]struct {
		call   repeated
		code   int
		out    string
		away   bool
		expect outcome
	}{
		"let in":                                  {judged, 0, "", false, succeeded},
		"let in without evidence":                 {held, 0, "", false, wrongly},
		"let in without evidence in a restart":    {held, 0, "", true, wrongly},
		"held":                                    {held, 1, denial, false, heldBack},
		"undecided":                               {held, 1, undecided, false, wrongly},
		"undecided without an API server":         {held, 1, undecided, true, noServer},
		"held, and nobody governs it":             {judged, 1, denial, false, wrongly},
		"the webhook is away":                     {judged, 1, silence, false, byFailurePolicy},
		"the webhook is away where nobody asks":   {free, 1, silence, false, wrongly},
		"the API server is away":                  {free, 1, refused, true, noServer},
		"the API server is away for no reason":    {free, 1, refused, false, wrongly},
		"anything else while the server restarts": {free, 1, "disk full", true, wrongly},
	} {
		if found := c.call.judge(result{code: c.code, out: c.out}, c.away); found != c.expect {
			t.Errorf("%s: found %q, expected %q", name, found, c.expect)
		}
	}
}
