/* SPDX-License-Identifier: MIT */
/* A physmem whose books are wrong: the first task that says that it pages itself finds it out. */
#include <hurd/assert.h>

#include "servers/physmem/container.h"

void __wrap_container_unsteady(struct container *c);

void __wrap_container_unsteady(struct container *c)
{
    assert_is(c->pages, ==, 0x12345);
}
