; SPDX-License-Identifier: MIT
; The startup code as bytes: build/startup.bin, made of startup.c and startup_entry.asm.
section .rodata.startup_blob
global startup_blob, startup_blob_end
startup_blob:
        incbin  "build/startup.bin"
startup_blob_end:
section .note.GNU-stack noalloc noexec nowrite progbits
