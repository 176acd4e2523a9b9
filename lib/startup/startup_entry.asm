; SPDX-License-Identifier: MIT
; First instruction of every new task, at 0x8000.  The thread was started with esp at the last word of the
; startup data, the pointer to struct hurd_startup_data: a C argument as soon as a call pushed its return address.
bits 32
section .text.first exec
global _start
extern startup
_start:
        cld
        call    startup             ; startup(data): maps the program, returns its entry point
        call    eax                 ; the same argument again, as promised in spec hurd 1.5
        ud2                         ; programs do not return
