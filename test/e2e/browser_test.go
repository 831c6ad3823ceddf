package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestPrefectPages sees in Prefect's own pages, as people do, what a run reported: each
// action's flow run with its name and state, and its primitives as task runs. A picture of
// each page is kept in dist/prefect.
func TestPrefectPages(t *testing.T) {
	b := newBrowser(t)
	s := newSpace(t)
	s.newBoard()
	s.styrmin("setup", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.0").expect(t, 0)
	ui := s.start("ui", "--port", "0")
	s.awaitOutput(ui, " until Ctrl-C")
	address := regexp.MustCompile(`http://localhost:\d+`).FindString(ui.out.String())

	run := s.deployment("app").Status.Run
	for _, action := range run.Actions {
		path, known := strings.CutPrefix(action.FlowRunURL, "http://localhost:4200")
		if !known {
			t.Fatalf("the flow run of %s is at %q, expected an address at localhost:4200", action.Name, action.FlowRunURL)
		}
		name := fmt.Sprintf("%s/app %s setup/%s %s", s.name, run.ID, strings.ToLower(string(action.Mode)), action.Name)
		b.open(address + path)
		b.see(name, "Completed", "deployment:"+s.name+"/app", "action:"+action.Name)
		b.click("Task Runs")
		b.see("execute_commands", "Completed")
		b.picture("flow-run-" + action.Name)
	}
	b.open(address + "/v2/runs")
	b.see(s.name+"/app", "Completed")
	b.picture("flow-runs")
}

// browser is a headless Chromium with one page.
type browser struct {
	*testing.T
	ctx context.Context
	dir string
}

// newBrowser starts the machine's Chromium. Without one the test is skipped, unless
// STYRMIN_BROWSER says that there is to be one.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	switch {
	case err != nil && os.Getenv("STYRMIN_BROWSER") != "":
		t.Fatalf("%v; expected the Chromium that `make chromium` installs", err)
	case err != nil:
		t.Skip("needs chromium on the PATH; `make chromium` installs it")
	case cluster == nil:
		t.Skip("needs STYRMIN_TEST_KUBECONFIG")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
		chromedp.NoSandbox, // it refuses to sandbox for root, and shows our own pages only
		chromedp.WindowSize(1400, 1000))
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, closePage := chromedp.NewContext(allocator)
	t.Cleanup(closePage)
	dir := filepath.Join(cluster.root, "dist", "prefect")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := &browser{T: t, ctx: ctx, dir: dir}
	// The first action's context is that of the browser's whole life.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return b
}

func (b *browser) open(address string) {
	b.Helper()
	do(b, "open "+address, chromedp.Navigate(address))
}

// see waits until the page shows all of the texts.
func (b *browser) see(texts ...string) {
	b.Helper()
	list, err := json.Marshal(texts)
	if err != nil {
		b.Fatal(err)
	}
	do(b, "see "+string(list), chromedp.Poll[bool](string(list)+".every(text => document.body.innerText.includes(text))", chromedp.WithPollingTimeout(pageTimeout)))
}

// click clicks on what is labelled so.
func (b *browser) click(label string) {
	b.Helper()
	do(b, "click "+label, chromedp.Poll[bool](fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll("body *")].findLast(e => e.innerText?.trim() === %q)
		found?.click()
		return !!found
	})()`, label), chromedp.WithPollingTimeout(pageTimeout)))
}

func (b *browser) picture(name string) {
	b.Helper()
	png := do(b, "take a picture", chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}

// pageTimeout bounds how long a page may take to show something.
const pageTimeout = time.Minute

// do does one thing; when it fails, a picture is kept, and what the page said is told.
func do[T any](b *browser, what string, action chromedp.Action[T]) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, pageTimeout)
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		b.Fatalf("%s: %v; %s", what, err, b.lastSight())
	}
	return result
}

// lastSight keeps a picture of a page that is not as expected, and tells what it says.
func (b *browser) lastSight() string {
	ctx, cancel := context.WithTimeout(b.ctx, pageTimeout)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(b.dir, "failed.png"), png, 0o644)
	}
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return "the page cannot be read: " + err.Error()
	}
	return "the page says:\n" + said
}
