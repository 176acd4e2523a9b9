; SPDX-License-Identifier: MIT
; Port input and output.  deva has mapped the ports as IO fpages; other ports are a fault.

section .text
global port_in8, port_in16, port_in32, port_out8, port_out16, port_out32

%macro IN_PORT 2                        ; name, register: the port's value goes to eax
%1:
        mov     edx, [esp + 4]
        xor     eax, eax
        in      %2, dx
        ret
%endmacro

%macro OUT_PORT 2
%1:
        mov     edx, [esp + 4]
        mov     eax, [esp + 8]
        out     dx, %2
        ret
%endmacro

        IN_PORT port_in8, al            ; uint8_t port_in8(uint16_t port)
        IN_PORT port_in16, ax
        IN_PORT port_in32, eax
        OUT_PORT port_out8, al          ; void port_out8(uint16_t port, uint8_t value)
        OUT_PORT port_out16, ax
        OUT_PORT port_out32, eax
