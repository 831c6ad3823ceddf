package vault

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	// frameHeader is a frame's length, which comes before its data.
	frameHeader = 4
	frameData   = 32 << 10
)

// ErrCut means that whoever sent data is gone, and it is not whole.
var ErrCut = errors.New("the data broke off before its end")

// Framed is data in frames, of which the last is empty. A stream whose sender was killed
// ends as one does that was sent to its end: only that frame tells the two apart.
func Framed(from io.Reader) io.Reader { return &framer{from: from} }

type framer struct {
	from  io.Reader
	frame [frameHeader + frameData + frameHeader]byte
	// rest of the frames that have been made.
	rest []byte
	err  error
}

func (f *framer) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.err != nil {
			return 0, f.err
		}
		f.next()
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// next makes a frame of what there is to read, and the empty one at its end.
func (f *framer) next() {
	size, err := f.from.Read(f.frame[frameHeader : frameHeader+frameData])
	f.rest, f.err = f.frame[:0], err
	if size > 0 {
		binary.BigEndian.PutUint32(f.frame[:], uint32(size)) //nolint:gosec // at most frameData
		f.rest = f.frame[:frameHeader+size]
	}
	if errors.Is(err, io.EOF) {
		f.rest = append(f.rest, 0, 0, 0, 0)
	}
}

// Unframed is what Framed was given; ErrCut when the last frame is missing.
func Unframed(from io.Reader) io.Reader { return &unframer{from: from} }

type unframer struct {
	from io.Reader
	// left of the frame that is being read.
	left  uint32
	ended bool
}

func (u *unframer) Read(p []byte) (int, error) {
	if u.left == 0 && !u.ended {
		var header [frameHeader]byte
		if _, err := io.ReadFull(u.from, header[:]); err != nil {
			return 0, cut(err)
		}
		u.left = binary.BigEndian.Uint32(header[:])
		u.ended = u.left == 0
	}
	if u.ended {
		return 0, io.EOF
	}
	size, err := u.from.Read(p[:min(len(p), int(u.left))])
	u.left -= uint32(size) //nolint:gosec // at most left
	return size, cut(err)
}

// cut is the error for an end that comes too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCut
	}
	return err
}
