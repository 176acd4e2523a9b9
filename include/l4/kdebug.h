/* SPDX-License-Identifier: MIT */
/* Another kernel's debugger interface, for programs that call it.  Here it only prints; it makes no
 * trap, because programs cannot enter Pecan's debugger this way. */
#ifndef L4_KDEBUG_H
#define L4_KDEBUG_H

#include <l4/serial.h>
#include <l4/types.h>

#define L4_KDB_Enter(text) serial_printf("KDB: %s\n", (text))
L4_INLINE void L4_KDB_PrintChar(char c) { serial_putchar(c); }
L4_INLINE void L4_KDB_PrintString(const char *s) { serial_puts(s); }
L4_INLINE char L4_KDB_ReadChar_Blocked(void)
{
    int c;
    while ((c = serial_getchar()) < 0)
        ;
    return (char)c;
}

#endif
