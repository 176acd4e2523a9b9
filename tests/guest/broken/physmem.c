/* SPDX-License-Identifier: MIT */
/* A physmem whose books are wrong: the first task that says that it pages itself finds it out. */
#include <hurd/assert.h>

#include "servers/physmem/control.h"

void __wrap_unsteady_begin(void);

void __wrap_unsteady_begin(void)
{
    assert_is(control_root->pages, ==, 0x12345);
}
