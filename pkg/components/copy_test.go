package components

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// archive writes entries as a container could send them.
func archive(t *testing.T, entries ...*tar.Header) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, entry := range entries {
		if entry.Typeflag == tar.TypeReg {
			entry.Size = 4
		}
		must(t, w.WriteHeader(entry))
		if entry.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte("text"))
			must(t, err)
		}
	}
	must(t, w.Close())
	return &out
}

func file(name string) *tar.Header {
	return &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o4777}
}

// TestUnpack: a container that sends what nobody asked for writes nothing outside.
func TestUnpack(t *testing.T) {
	link := func(name, to string) *tar.Header {
		return &tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: to}
	}
	for _, test := range []struct {
		name    string
		entries []*tar.Header
		want    string // the error; "" is none
	}{
		{"a directory", []*tar.Header{{Name: "data/", Typeflag: tar.TypeDir}, file("data/a"), file("data/b/c")}, ""},
		{"one file", []*tar.Header{file("data")}, ""},
		{"a path upwards", []*tar.Header{file("data/../../evil")}, `the archive has "data/../../evil", expected nothing but data`},
		{"an absolute path", []*tar.Header{file("/etc/evil")}, `the archive has "/etc/evil"`},
		{"another name", []*tar.Header{file("other")}, `the archive has "other"`},
		{"a file through a link", []*tar.Header{link("data", "/tmp"), file("data/evil")}, ""},
		{"a hard link", []*tar.Header{file("data/a"), {Name: "data/b", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}}, ""},
		{"too much", []*tar.Header{file("data/a"), file("data/b"), file("data/c"), file("data/d")}, "more than 12 bytes"},
		{"nothing", nil, "data is neither a file nor a directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			root, err := os.OpenRoot(dir)
			must(t, err)
			defer root.Close()
			u := &unpacking{root: root, name: "data", left: 12, limit: 12, report: t.Logf}
			if err = u.unpack(archive(t, test.entries...)); err == nil {
				err = u.empty()
			}
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, expected %q", err, test.want)
			}
			must(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
				if info, _ := entry.Info(); !entry.IsDir() && info.Mode()&^os.FileMode(0o755) != 0 {
					t.Errorf("%s has the mode %s", path, info.Mode())
				}
				return err
			}))
		})
	}
	if _, err := os.Stat("/tmp/evil"); err == nil {
		t.Error("a file was written through a link")
	}
}

// TestUnpackCut: an archive that ends anywhere before its end is not whole, also between two of its files.
func TestUnpackCut(t *testing.T) {
	whole := archive(t, file("data/a"), file("data/b")).Bytes()
	for _, test := range []struct {
		name   string
		length int
		want   bool
	}{
		{"whole", len(whole), true},
		{"between the files", 2 * 512, false},
		{"after the files", 4 * 512, false},
		{"within a file", 3*512 + 2, false},
		{"within the end", len(whole) - 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, err := os.OpenRoot(t.TempDir())
			must(t, err)
			defer root.Close()
			u := &unpacking{root: root, name: "data", left: 100, limit: 100, report: t.Logf}
			if err := u.unpack(bytes.NewReader(whole[:test.length])); (err == nil) != test.want {
				t.Errorf("error %v, expected that it is taken for whole: %v", err, test.want)
			}
		})
	}
}

func TestCopyFrom(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	_, err := client.Exec(ctx, worker, ExecOptions{Commands: [][]string{
		{"sh", "-c", "mkdir -p /tmp/dump/sub && echo one >/tmp/dump/sub/a && ln -s /etc/passwd /tmp/dump/link && head -c 3000000 /dev/urandom >/tmp/dump/big"},
	}})
	must(t, err)
	to := filepath.Join(t.TempDir(), "made", "for it")
	for range 2 { // the second replaces the first
		copied, err := client.CopyFrom(ctx, worker, CopyOptions{Path: "/tmp/dump/", To: to})
		if err != nil || copied.Files != 2 || copied.Bytes != 3000004 || copied.Path != filepath.Join(to, "dump") {
			t.Fatalf("copied %+v, %v", copied, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(to, "dump", "sub", "a")); err != nil || string(text) != "one\n" {
		t.Errorf("found %q, %v", text, err)
	}
	for _, test := range []struct {
		opts CopyOptions
		want string
	}{
		{CopyOptions{Path: "/tmp/absent", To: to}, "exit code 2; its output ends:\ntar: absent: Cannot stat"},
		{CopyOptions{Path: "/tmp/dump", To: to, MaxBytes: 1000}, "more than 1000 bytes"},
		{CopyOptions{Path: "dump", To: to}, "expected the absolute path"},
		{CopyOptions{Path: "/", To: to}, "expected the absolute path"},
		{CopyOptions{Path: "/tmp/dump", To: filepath.Join(to, "dump", "sub", "a")}, "not a directory"},
	} {
		if _, err := client.CopyFrom(ctx, worker, test.opts); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, expected %q", test.opts, err, test.want)
		}
	}
	if entries, err := os.ReadDir(to); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v: expected the copy only, and no rest of those that failed", entries, err)
	}
}

func TestLogs(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 2, worker, shell("echo first; echo second; sleep 3600"))
	must(t, client.Ready(ctx, worker))
	var streamed bytes.Buffer
	logs, err := client.Logs(ctx, worker, LogsOptions{AllPods: true, TailLines: 1, Output: &streamed})
	if err != nil || len(logs) != 2 || logs[0].Text != "second\n" || logs[0].Pod == logs[1].Pod || streamed.String() != "second\nsecond\n" {
		t.Errorf("found %+v, %v; streamed %q", logs, err, streamed.String())
	}
	logs, err = client.Logs(ctx, worker, LogsOptions{Pod: logs[0].Pod, Since: time.Hour})
	if err != nil || len(logs) != 1 || logs[0].Text != "first\nsecond\n" || logs[0].Container != "main" {
		t.Errorf("found %+v, %v", logs, err)
	}
	var missing *MissingError
	if _, err := client.Logs(ctx, worker, LogsOptions{Pod: "other"}); !errors.As(err, &missing) {
		t.Errorf("error %v, expected one about a missing pod", err)
	}
	if _, err := client.Logs(ctx, worker, LogsOptions{Previous: true}); err == nil || !strings.Contains(err.Error(), "previous terminated container") {
		t.Errorf("error %v, expected one about the container's first start", err)
	}
	must(t, client.Stop(ctx, worker))
	var none *NoReadyPodError
	if _, err := client.Logs(ctx, worker, LogsOptions{}); !errors.As(err, &none) {
		t.Errorf("error %v, expected one about no pod", err)
	}
}

// TestCopyRefused: a copy that is not even begun says why.
func TestCopyRefused(t *testing.T) {
	const why = "pod w-0 does not have a host assigned"
	c := clientOf(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"BadRequest","code":400,"message":%q}`, why)
	})
	copied := Copy{Component: "worker", Pod: "w-0", Container: "main", Path: filepath.Join(t.TempDir(), "data")}
	err := c.copyInto(t.Context(), &copied, CopyOptions{Path: "/data", To: t.TempDir(), MaxBytes: 1 << 20})
	if err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("error %v, expected %q", err, why)
	}
}
