; SPDX-License-Identifier: MIT
; The system calls that need more registers than C can pass.  Spec 4.0; each is one row of its
; table.  To C they are ordinary functions: the arguments are on the stack, and ebx, esi, edi, ebp
; are preserved.

        extern  __L4_Links
links.space_control     equ 0
links.thread_control    equ 4
links.processor_control equ 8
links.memory_control    equ 12
links.exregs            equ 28
links.schedule          equ 40

; After SAVE: argument n (from 0) is [esp + ARGS + 4*n].
ARGS    equ 20
%macro SAVE 0
        push    ebx
        push    esi
        push    edi
        push    ebp
%endmacro
%macro RESTORE_AND_RETURN 0
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret
%endmacro

        section .text.L4_ThreadControl
        global  L4_ThreadControl
L4_ThreadControl:               ; eax dest, ecx pager, edx scheduler, esi space, edi utcb -> eax
        SAVE
        mov     eax, [esp + ARGS]
        mov     esi, [esp + ARGS + 4]
        mov     edx, [esp + ARGS + 8]
        mov     ecx, [esp + ARGS + 12]
        mov     edi, [esp + ARGS + 16]
        call    [__L4_Links + links.thread_control]
        RESTORE_AND_RETURN

        section .text.__L4_ExchangeRegisters
        global  __L4_ExchangeRegisters
; eax dest, ecx control, edx sp, esi ip, edi flags, ebx handle, ebp pager -> the old values, in the
; same registers.  Arguments 7..12 say where to put the old values; each may be NULL.
__L4_ExchangeRegisters:
        SAVE
        mov     eax, [esp + ARGS]
        mov     ecx, [esp + ARGS + 4]
        mov     edx, [esp + ARGS + 8]
        mov     esi, [esp + ARGS + 12]
        mov     edi, [esp + ARGS + 16]
        mov     ebx, [esp + ARGS + 20]
        mov     ebp, [esp + ARGS + 24]
        call    [__L4_Links + links.exregs]
        push    eax
%macro DELIVER 2                ; register, argument: at this moment one more word is on the stack
        mov     eax, [esp + 4 + ARGS + 4 * %2]
        test    eax, eax
        jz      %%none
        mov     [eax], %1
%%none:
%endmacro
        DELIVER ecx, 7
        DELIVER edx, 8
        DELIVER esi, 9
        DELIVER edi, 10
        DELIVER ebx, 11
        DELIVER ebp, 12
        pop     eax
        RESTORE_AND_RETURN

        section .text.L4_Schedule
        global  L4_Schedule
; eax dest, ecx priority, edx time, esi processor, edi preemption -> eax, edx old time.
; C order: dest, time, processor, priority, preemption, *old_time
L4_Schedule:
        SAVE
        mov     eax, [esp + ARGS]
        mov     edx, [esp + ARGS + 4]
        mov     esi, [esp + ARGS + 8]
        mov     ecx, [esp + ARGS + 12]
        mov     edi, [esp + ARGS + 16]
        call    [__L4_Links + links.schedule]
        mov     ecx, [esp + ARGS + 20]
        test    ecx, ecx
        jz      .done
        mov     [ecx], edx
.done:  RESTORE_AND_RETURN

        section .text.L4_SpaceControl
        global  L4_SpaceControl
; eax space, ecx control, edx KIP area, esi UTCB area, edi redirector -> eax, ecx old control
L4_SpaceControl:
        SAVE
        mov     eax, [esp + ARGS]
        mov     ecx, [esp + ARGS + 4]
        mov     edx, [esp + ARGS + 8]
        mov     esi, [esp + ARGS + 12]
        mov     edi, [esp + ARGS + 16]
        call    [__L4_Links + links.space_control]
        mov     edx, [esp + ARGS + 20]
        test    edx, edx
        jz      .done
        mov     [edx], ecx
.done:  RESTORE_AND_RETURN

        section .text.L4_ProcessorControl
        global  L4_ProcessorControl
L4_ProcessorControl:            ; eax number, ecx internal, edx external, esi voltage -> eax
        SAVE
        mov     eax, [esp + ARGS]
        mov     ecx, [esp + ARGS + 4]
        mov     edx, [esp + ARGS + 8]
        mov     esi, [esp + ARGS + 12]
        call    [__L4_Links + links.processor_control]
        RESTORE_AND_RETURN

        section .text.L4_MemoryControl
        global  L4_MemoryControl
; eax control, ecx attribute0, edx attribute1, esi MR0, edi U, ebx attribute2, ebp attribute3 -> eax
L4_MemoryControl:
        SAVE
        mov     eax, [esp + ARGS + 4]
        mov     ecx, [eax]
        mov     edx, [eax + 4]
        mov     ebx, [eax + 8]
        mov     ebp, [eax + 12]
        mov     eax, [esp + ARGS]
        mov     edi, [gs:0]
        mov     esi, [edi]
        call    [__L4_Links + links.memory_control]
        RESTORE_AND_RETURN
