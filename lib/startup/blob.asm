; SPDX-License-Identifier: MIT
; The startup code as bytes: startup.bin of the build folder, which is made from startup.c and
; startup_entry.asm.
section .rodata.startup_blob
global startup_blob, startup_blob_size
startup_blob:
        incbin  "startup.bin"
.end:
align 4
startup_blob_size:
        dd      startup_blob.end - startup_blob
section .note.GNU-stack noalloc noexec nowrite progbits
