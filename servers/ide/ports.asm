; SPDX-License-Identifier: MIT
; Port input and output of 16-bit and 32-bit words; those of bytes are in servers/deva/ports.asm.
; deva has mapped the ports as IO fpages.

section .text
global port_in16, port_in32, port_out32, port_in_words, port_out_words

port_in16:                              ; uint16_t port_in16(uint16_t port)
        mov     edx, [esp + 4]
        xor     eax, eax
        in      ax, dx
        ret

port_in32:                              ; uint32_t port_in32(uint16_t port)
        mov     edx, [esp + 4]
        in      eax, dx
        ret

port_out32:                             ; void port_out32(uint16_t port, uint32_t value)
        mov     edx, [esp + 4]
        mov     eax, [esp + 8]
        out     dx, eax
        ret

; void port_in_words(uint16_t port, void *to, uint32_t words)
port_in_words:
        push    edi
        mov     edx, [esp + 8]
        mov     edi, [esp + 12]
        mov     ecx, [esp + 16]
        rep     insw
        pop     edi
        ret

; void port_out_words(uint16_t port, const void *from, uint32_t words)
port_out_words:
        push    esi
        mov     edx, [esp + 8]
        mov     esi, [esp + 12]
        mov     ecx, [esp + 16]
        rep     outsw
        pop     esi
        ret
