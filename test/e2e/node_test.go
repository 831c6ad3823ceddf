package e2e

import "testing"

// TestNodeLostMidCommand: a command during which the node's kubelet dies has not ended
// well, as kubectl takes it to have. It goes before all parallel tests, whose commands
// would meet the same.
func TestNodeLostMidCommand(t *testing.T) {
	needCluster(t)
	s := newNamedSpace(t, "node-lost")
	s.newBoard()
	s.styrmin("setup", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.0").expect(t, 0)
	command := s.start("component", "exec", "app", "board", "--", "sh", "-c", "echo half''way; exec tail -f /dev/null")
	s.awaitOutput(command, "halfway") // what it says, and not the line that tells the command
	s.run("cluster", "daemon", "restart", "kubelet").expect(t, 0)
	command.wait().expect(t, 3, "it could not be followed to its end", "the connection to the container ended before the command's result came")
	s.eventually("commands run in pods again", func() (string, bool) {
		r := s.kubectl("exec", "board", "--", "true")
		return r.out, r.code == 0
	})
}
