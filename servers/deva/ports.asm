; SPDX-License-Identifier: MIT
; Port input and output for deva's drivers.  The kernel decides which ports deva may touch: wortel
; has mapped the IO fpages for them, or the kernel has all ports open.

section .text
global port_in8, port_out8

port_in8:                               ; uint8_t port_in8(uint16_t port)
        mov     edx, [esp + 4]
        xor     eax, eax
        in      al, dx
        ret

port_out8:                              ; void port_out8(uint16_t port, uint8_t value)
        mov     edx, [esp + 4]
        mov     eax, [esp + 8]
        out     dx, al
        ret
