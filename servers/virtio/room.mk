# SPDX-License-Identifier: MIT
STORED     += virtio
virtio_SRC := $(wildcard servers/virtio/*.c)
