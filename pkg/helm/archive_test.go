package helm

import "testing"

// TestArchiveKeepsTheDigest: what is packed and loaded again is the same chart to the byte, so
// that a run's inputs are the same wherever its engine works.
func TestArchiveKeepsTheDigest(t *testing.T) {
	h := newHarness(t)
	for name, location := range map[string]string{"directory": awkward(t), "archive": packageChart(t, awkward(t))} {
		t.Run(name, func(t *testing.T) {
			loaded, err := h.LoadChart(t.Context(), ChartRef{Location: location})
			if err != nil {
				t.Fatal(err)
			}
			packed, err := loaded.Archive()
			if err != nil {
				t.Fatal(err)
			}
			again, err := h.LoadArchive(t.Context(), packed, loaded.Location)
			if err != nil {
				t.Fatal(err)
			}
			if again.Digest != loaded.Digest || again.Fingerprint != loaded.Fingerprint || again.Location != loaded.Location {
				t.Errorf("found %+v, expected %+v", again, loaded)
			}
		})
	}
}

func TestLoadArchiveRefusesWhatIsNone(t *testing.T) {
	if _, err := newHarness(t).LoadArchive(t.Context(), []byte("hello"), "./chart"); err == nil {
		t.Error("no error")
	}
}
