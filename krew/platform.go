package krew

// Platform is an operating system and an architecture, in Go's words, which are krew's too.
type Platform struct {
	OS   string
	Arch string
}

// Platforms are what a release is built for.
var Platforms = []Platform{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// String is the platform as file names spell it.
func (p Platform) String() string { return p.OS + "_" + p.Arch }

// Binary is the name of the plugin's program.
func (p Platform) Binary() string {
	if p.OS == "windows" {
		return "kubectl-styrmin.exe"
	}
	return "kubectl-styrmin"
}

// Completion is the name of the script that kubectl asks for the plugin's completions.
func (p Platform) Completion() string {
	if p.OS == "windows" {
		return "kubectl_complete-styrmin.cmd"
	}
	return "kubectl_complete-styrmin"
}

// Archive is the name of the platform's archive.
func (p Platform) Archive() string {
	if p.OS == "windows" {
		return "kubectl-styrmin_" + p.String() + ".zip"
	}
	return "kubectl-styrmin_" + p.String() + ".tar.gz"
}
