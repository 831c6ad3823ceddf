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

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// shopTasks are the primitives that the shop's actions call, each of which is a task run of the action's flow run.
var shopTasks = map[string][]string{
	"create_schema": {"wait_for_components", "execute_command", "restart_component"},
	"close":         {"stop_components", "backup_component"},
	"migrate":       {"run_job", "upgrade_deployment_version"},
	"reopen":        {"scale_component", "execute_commands", "copy_from", "scale_component", "start_components"},
}

// TestPrefectPages sees in Prefect's own pages, as people do, what the shop's setup and upgrade reported: the flow
// run of each action, of every mode, with its name, state and tags, and its primitives as task runs. A
// picture of each page is kept in dist/prefect.
func TestPrefectPages(t *testing.T) {
	b := newBrowser(t)
	s := newSpace(t)
	s.volumeFor("shop-backups")
	dir := filepath.Join(cluster.root, "examples", "shop")
	s.styrmin("setup", "shop", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	runs := []*v1.Run{s.deployment("shop").Status.Run}
	s.styrmin("upgrade", "shop", "--driver", dir, "--version", "2.0.0").expect(t, 0)
	runs = append(runs, s.deployment("shop").Status.Run)
	ui := s.start("ui", "--port", "0")
	s.awaitOutput(ui, " until Ctrl-C")
	address := regexp.MustCompile(`http://localhost:\d+`).FindString(ui.out.String())

	var names []string
	for _, run := range runs {
		for _, action := range run.Actions {
			tags := map[string]string{
				"deployment": s.name + "/shop", "run": run.ID, "hook": strings.ToLower(string(run.Hook)),
				"mode": strings.ToLower(string(action.Mode)), "action": action.Name,
			}
			names = append(names, fmt.Sprintf("%s %s %s/%s %s", tags["deployment"], tags["run"], tags["hook"], tags["mode"], tags["action"]))
			b.open(address + "/runs/flow-run/" + s.flowRunID(action))
			b.see(names[len(names)-1], "Completed")
			for tag, value := range tags {
				b.see(tag + ":" + value)
			}
			b.click("Task Runs")
			b.see(append(shopTasks[action.Name], fmt.Sprintf("(%d Completed)", len(shopTasks[action.Name])))...)
			b.picture("flow-run-" + action.Name)
		}
	}
	b.open(address + "/v2/runs?flow-run-search=" + s.name)
	b.see(append(names, fmt.Sprintf("%d Flow runs", len(names)))...)
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
