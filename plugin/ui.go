package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/kubectl/pkg/util"
	"k8s.io/kubectl/pkg/util/podutils"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// uiPort is the port at which the pages that `status` names are.
const uiPort = 4200

// uiOptions are the flags of `ui`.
type uiOptions struct {
	*options
	port   int
	noOpen bool
}

func newUICommand(o *options) *cobra.Command {
	u := &uiOptions{options: o}
	cmd := &cobra.Command{
		Use:   "ui",
		Short: "Show the Prefect server of the cluster in a browser",
		Long: `Forward a port of this machine to the Prefect server that ` + "`kubectl styrmin install --prefect`" + ` installs, and open
its pages in a browser. The addresses of flow runs that ` + "`kubectl styrmin status`" + ` shows work meanwhile. Ctrl-C ends it.

It needs permission to get services, list pods and create pods/portforward in the namespace ` + v1.SystemNamespace + `.`,
		GroupID: groupOperator,
		Example: "  kubectl styrmin ui\n  kubectl styrmin ui --port 4300 --no-open",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if u.port < 0 || u.port > 65535 {
				return usagef("--port %d: expected a port's number, 1 to 65535, or 0 for any that is free", u.port)
			}
			return u.run(cmd.Context())
		},
	}
	cmd.Flags().IntVar(&u.port, "port", uiPort, "The port of this machine; 0 is any that is free.")
	cmd.Flags().BoolVar(&u.noOpen, "no-open", false, "Only print the address. Without a terminal no browser is opened anyway.")
	return cmd
}

func (u *uiOptions) run(ctx context.Context) error {
	c, err := u.connect()
	if err != nil {
		return err
	}
	pod, remote, err := prefectPod(ctx, c)
	if err != nil {
		return err
	}
	if err := free(u.port); err != nil {
		return err
	}
	return forward(ctx, c, pod, u.port, remote, func(local int) {
		address := fmt.Sprintf("http://localhost:%d", local)
		fmt.Fprintf(u.Out, "Prefect is at %s until Ctrl-C\n", address)
		if local != uiPort {
			fmt.Fprintf(u.Out, "(`kubectl styrmin status` names addresses at port %d: use %d in them)\n", uiPort, local)
		}
		if u.terminal.Interactive && !u.noOpen {
			openBrowser(address)
		}
	})
}

// prefectPod finds a ready pod of the Prefect server, and its port.
func prefectPod(ctx context.Context, c *clients) (pod string, port int, err error) {
	const namespace, name = v1.SystemNamespace, install.PrefectName
	service, err := c.kube.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", 0, &problemsError{message: fmt.Sprintf("the cluster has no Prefect server: there is no Service %s in namespace %s\n"+
			"Actions run without one. A platform admin installs one: kubectl styrmin install --prefect", name, namespace)}
	}
	if err != nil {
		return "", 0, fmt.Errorf("read Service %s/%s: %w", namespace, name, err)
	}
	selector := labels.SelectorFromSet(service.Spec.Selector).String()
	pods, err := c.kube.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return "", 0, fmt.Errorf("list the pods of Service %s/%s: %w", namespace, name, err)
	}
	for i := range pods.Items {
		if found := &pods.Items[i]; podutils.IsPodReady(found) {
			port, err := targetPort(service, found)
			return found.Name, port, err
		}
	}
	return "", 0, &problemsError{message: fmt.Sprintf("the Prefect server has no ready pod, of %d\nLook at them with: kubectl -n %s get pods,events -l %s", len(pods.Items), namespace, selector)}
}

// targetPort is the pod's port behind the service's first one.
func targetPort(service *corev1.Service, pod *corev1.Pod) (int, error) {
	if len(service.Spec.Ports) == 0 {
		return 0, &problemsError{message: fmt.Sprintf("Service %s/%s has no port; expected that of the Prefect server", service.Namespace, service.Name)}
	}
	port, err := util.LookupContainerPortNumberByServicePort(*service, *pod, service.Spec.Ports[0].Port)
	return int(port), err
}

// free tells whether a port of this machine can be listened at.
func free(port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort("localhost", strconv.Itoa(port)))
	if err != nil {
		var reason *net.OpError
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return &problemsError{message: fmt.Sprintf("port %d of this machine cannot be used: %v\nChoose another one, or any that is free: kubectl styrmin ui --port 0", port, err)}
	}
	return listener.Close()
}

// openBrowser asks the desktop for it. Where there is none, the printed address has to do.
func openBrowser(address string) {
	command := map[string][]string{
		"darwin":  {"open"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	opener := exec.Command(command[0], append(command[1:], address)...) //nolint:noctx // the browser outlives this process
	if opener.Start() == nil {
		go func() { _ = opener.Wait() }()
	}
}
