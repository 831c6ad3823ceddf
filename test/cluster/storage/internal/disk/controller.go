package disk

import (
	"context"
	"math"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// leastBytes is the size of a volume for which none is asked.
const leastBytes = 1 << 20

type controller struct {
	csi.UnimplementedControllerServer
	store Store
}

func (controller) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	var capabilities []*csi.ControllerServiceCapability
	for _, t := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME, csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
	} {
		capabilities = append(capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: t}},
		})
	}
	return &csi.ControllerGetCapabilitiesResponse{Capabilities: capabilities}, nil
}

// CreateVolume makes a directory, empty or with the data of a snapshot.
func (c controller) CreateVolume(_ context.Context, r *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	if r.GetName() == "" {
		return nil, missing("name")
	}
	if err := mountable(r.GetVolumeCapabilities()...); err != nil {
		return nil, err
	}
	least, most := r.GetCapacityRange().GetRequiredBytes(), r.GetCapacityRange().GetLimitBytes()
	if most == 0 {
		most = math.MaxInt64
	}
	from, source, err := c.source(r.GetVolumeContentSource())
	if err != nil {
		return nil, err
	}
	wanted := Meta{Name: r.GetName(), Bytes: min(max(least, leastBytes), most), Source: source, MadeAt: time.Now()}
	made, err := c.ensure(volumes, wanted, from)
	if err != nil {
		return nil, err
	}
	if made.Bytes < least || made.Bytes > most {
		return nil, status.Errorf(codes.AlreadyExists, "volume %s has %d bytes, expected %d to %d", made.Name, made.Bytes, least, most)
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{VolumeId: idOf(made.Name), CapacityBytes: made.Bytes, ContentSource: r.GetVolumeContentSource()}}, nil
}

// source is the directory to copy, and its id.
func (c controller) source(of *csi.VolumeContentSource) (path, id string, err error) {
	if of == nil {
		return "", "", nil
	}
	if of.GetSnapshot() == nil {
		return "", "", status.Error(codes.InvalidArgument, "a volume is made from a snapshot, or from nothing")
	}
	id = of.GetSnapshot().GetSnapshotId()
	return c.store.data(snapshots, id), id, c.store.mustFind(snapshots, id)
}

func (c controller) DeleteVolume(_ context.Context, r *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	if r.GetVolumeId() == "" {
		return nil, missing("volume_id")
	}
	return &csi.DeleteVolumeResponse{}, internal(c.store.remove(volumes, r.GetVolumeId()))
}

// CreateSnapshot copies a volume as it is.
func (c controller) CreateSnapshot(_ context.Context, r *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	source := r.GetSourceVolumeId()
	switch {
	case r.GetName() == "":
		return nil, missing("name")
	case source == "":
		return nil, missing("source_volume_id")
	}
	there, err := c.store.find(snapshots, idOf(r.GetName()))
	if err != nil {
		return nil, internal(err)
	}
	if there == nil { // of one that is there, the volume may have gone since
		volume, err := c.store.find(volumes, source)
		if err != nil {
			return nil, internal(err)
		}
		if volume == nil {
			return nil, status.Errorf(codes.NotFound, "there is no volume %s", source)
		}
		if there, err = c.store.make(snapshots, Meta{Name: r.GetName(), Bytes: volume.Bytes, Source: source, MadeAt: time.Now()}, c.store.data(volumes, source)); err != nil {
			return nil, internal(err)
		}
	}
	if there.Source != source {
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %s is of volume %s", there.Name, there.Source)
	}
	return &csi.CreateSnapshotResponse{Snapshot: &csi.Snapshot{
		SnapshotId: idOf(there.Name), SourceVolumeId: there.Source, SizeBytes: there.Bytes, CreationTime: timestamppb.New(there.MadeAt), ReadyToUse: true,
	}}, nil
}

func (c controller) DeleteSnapshot(_ context.Context, r *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	if r.GetSnapshotId() == "" {
		return nil, missing("snapshot_id")
	}
	return &csi.DeleteSnapshotResponse{}, internal(c.store.remove(snapshots, r.GetSnapshotId()))
}

func (c controller) ValidateVolumeCapabilities(_ context.Context, r *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	if r.GetVolumeId() == "" {
		return nil, missing("volume_id")
	}
	if err := mountable(r.GetVolumeCapabilities()...); err != nil {
		return nil, err
	}
	if err := c.store.mustFind(volumes, r.GetVolumeId()); err != nil {
		return nil, err
	}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{VolumeCapabilities: r.GetVolumeCapabilities()}}, nil
}

// ensure makes what is not there. What is there must be from the same source.
func (c controller) ensure(k kind, wanted Meta, from string) (*Meta, error) {
	made, err := c.store.find(k, idOf(wanted.Name))
	if err == nil && made == nil {
		made, err = c.store.make(k, wanted, from)
	}
	if err != nil {
		return nil, internal(err)
	}
	if made.Source != wanted.Source {
		return nil, status.Errorf(codes.AlreadyExists, "%s was made from %q", made.Name, made.Source)
	}
	return made, nil
}

// mustFind is an error of CSI's when there is nothing under an id.
func (s Store) mustFind(k kind, id string) error {
	found, err := s.find(k, id)
	if err == nil && found == nil {
		return status.Errorf(codes.NotFound, "there is no %s among the %s", id, k)
	}
	return internal(err)
}

// mountable refuses what a directory cannot be.
func mountable(capabilities ...*csi.VolumeCapability) error {
	if len(capabilities) == 0 {
		return missing("volume_capabilities")
	}
	for _, capability := range capabilities {
		if capability.GetMount() == nil {
			return status.Error(codes.InvalidArgument, "a volume is a directory, to be mounted")
		}
	}
	return nil
}

func missing(field string) error { return status.Errorf(codes.InvalidArgument, "%s is missing", field) }

func internal(err error) error {
	if err == nil {
		return nil
	}
	return status.Error(codes.Internal, err.Error())
}
