package disk

import (
	"context"
	"errors"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type onNode struct {
	csi.UnimplementedNodeServer
	store Store
	name  string
}

func (n onNode) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: n.name}, nil
}

func (onNode) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

// NodePublishVolume binds the volume's directory to where the pod wants it.
func (n onNode) NodePublishVolume(_ context.Context, r *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	id, target := r.GetVolumeId(), r.GetTargetPath()
	if r.GetVolumeCapability() == nil {
		return nil, missing("volume_capability")
	}
	if err := mountable(r.GetVolumeCapability()); err != nil {
		return nil, err
	}
	if err := n.check(id, target); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(target, 0o750); err != nil {
		return nil, internal(err)
	}
	if mounted, err := isMounted(n.store.data(volumes, id), target); err != nil || mounted {
		return &csi.NodePublishVolumeResponse{}, internal(err)
	}
	if err := unix.Mount(n.store.data(volumes, id), target, "", unix.MS_BIND, ""); err != nil {
		return nil, status.Errorf(codes.Internal, "bind volume %s to %s: %v", id, target, err)
	}
	if r.GetReadonly() {
		if err := unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return nil, internal(errors.Join(err, unix.Unmount(target, 0)))
		}
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

// check refuses what is about no volume, or about no place for one.
func (n onNode) check(id, target string) error {
	switch {
	case id == "":
		return missing("volume_id")
	case target == "":
		return missing("target_path")
	}
	return n.store.mustFind(volumes, id)
}

// isMounted is true when both are one directory.
func isMounted(source, target string) (bool, error) {
	at, err := os.Stat(target)
	if err != nil {
		return false, err
	}
	of, err := os.Stat(source)
	return err == nil && os.SameFile(of, at), err
}

// NodeUnpublishVolume takes the directory away again, and the place for it.
func (n onNode) NodeUnpublishVolume(_ context.Context, r *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	target := r.GetTargetPath()
	if err := n.check(r.GetVolumeId(), target); err != nil {
		return nil, err
	}
	// EINVAL is what is not mounted (any more), and ENOENT what is not there.
	if err := unix.Unmount(target, 0); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return nil, status.Errorf(codes.Internal, "unmount %s: %v", target, err)
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, internal(err)
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}
