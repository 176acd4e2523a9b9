; SPDX-License-Identifier: MIT
; The first instruction of every new task, at 0x8000.  The thread starts with ESP at the last word
; of the startup data, which is the pointer to struct hurd_startup_data.  After a call has pushed
; its return address, the pointer is a C argument.
bits 32
section .text.first exec
global _start
extern startup
extern resume
_start:
        cld
        call    startup             ; startup(data) maps the program and returns its entry point
        call    eax                 ; with the same argument again, as spec hurd 1.5 promises
        ud2                         ; programs do not return

; The same for the copy of a task, at HURD_STARTUP_RESUME_IP: the pointer is to struct
; hurd_startup_resume.
align 16
        cld
        call    resume
        call    eax
        ud2
