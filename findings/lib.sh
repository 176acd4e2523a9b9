# SPDX-License-Identifier: MIT
# For scripts of findings/, which source it: a temporary folder to stand in, pinned packages, observations, boot sectors.
set -eu
export LC_ALL=C
changed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cannot() {              # cannot WHY: nothing could be observed
    echo "not tried: $*"
    exit 2
}

packages() {            # packages NAME=VERSION...: Debian's, unpacked below $work/root, in front of the PATH
    mkdir -p debs root
    (cd debs && apt-get -q -o APT::Sandbox::User=root download "$@") > debs.log 2>&1 || cannot "$(tail -n 1 debs.log)"
    for deb in debs/*.deb; do
        dpkg -x "$deb" root
    done
    PATH=$work/root/usr/sbin:$work/root/usr/bin:$work/root/sbin:$work/root/bin:$PATH
    export QEMU_MODULE_DIR=$work/root/usr/lib/x86_64-linux-gnu/qemu
    export LTDL_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu/bochs/plugins BXSHARE=$work/root/usr/share/bochs
    echo "versions: $*"
}

npm_packages() {        # npm_packages NAME@VERSION...: into $work/node_modules
    npm install --prefix "$work" --no-audit --no-fund --no-package-lock --fetch-retries=0 "$@" > npm.log 2>&1 || cannot "$(tail -n 1 npm.log)"
    echo "versions: $* on Node $(node --version)"
}

expected() {            # expected TEXT: the guess
    echo "expected: $*"
}

observed() {            # observed WHAT RECORDED SEEN
    if [ "$3" = "$2" ]; then
        echo "observed: $1: $3"
    else
        echo "CHANGED:  $1: $3 (recorded: $2)"
        changed=1
    fi
}

status_of() {           # status_of COMMAND...: its exit status, and nothing else
    "$@" > status.out 2>&1 < /dev/null && echo 0 || echo $?
}

finish() {
    exit $changed
}

# ---- machines.  A probe is the body of a boot sector in real mode.  It says things by `call hexa` (AX in hexadecimal) and `call char`
# (AL), through port E9, and ends by returning.
QEMU_PACKAGES="qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-common=1:7.2+dfsg-7+deb12u18+b3
               qemu-system-data=1:7.2+dfsg-7+deb12u18 seabios=1.16.2-1 nasm=2.16.01-1"
BOCHS_PACKAGES="bochs=2.7+dfsg-4+deb12u1 bochs-term=2.7+dfsg-4+deb12u1 bochsbios=2.7+dfsg-4+deb12u1 vgabios=0.8a+ds-2"

probe() {               # probe FILE BYTES < BODY: a floppy image of that size
    {
        printf '%s\n' 'bits 16' 'org 0x7C00' 'xor ax, ax' 'mov ds, ax' 'mov es, ax' 'mov ss, ax' 'mov sp, 0x7000' "mov al, '<'" \
                      'call char' 'call body' "mov al, '>'" 'call char' 'mov dx, 0x501' 'mov al, 1' 'out dx, al' 'mov dx, 0x8900' \
                      'mov si, bye' 'next: lodsb' 'out dx, al' 'test al, al' 'jnz next' 'cli' 'hlt' 'bye: db "Shutdown", 0' \
                      'char: out 0xE9, al' 'ret' 'hexa: mov bp, 4' 'digit: rol ax, 4' 'push ax' 'and al, 15' 'cmp al, 10' 'sbb al, 0x69' \
                      'das' 'call char' 'pop ax' 'dec bp' 'jnz digit' 'push ax' "mov al, ' '" 'call char' 'pop ax' 'ret' 'body:'
        cat
        printf '%s\n' 'ret' 'times 510 - ($ - $$) db 0' 'dw 0xAA55'
    } > probe.asm
    nasm -f bin probe.asm -o "$1"
    truncate -s "$2" "$1"
}

multiboot_kernel() {    # multiboot_kernel FILE < BODY: it says things between < and >, EBX is what the loader left there.  `call char` (AL),
                        # `call hexa` (AX), `call hexa8` (EAX), which change EDX
    {
        printf '%s\n' 'bits 32' 'org 0x100000' \
                      'start: dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000), start, start, 0, 0, entry' \
                      'entry: mov esp, 0x90000' "mov al, '<'" 'call char' 'call body' "mov al, '>'" 'call char' 'mov dx, 0x501' \
                      'out dx, al' 'hlt' 'char: out 0xE9, al' 'ret' 'hexa: mov dl, 4' 'shl eax, 16' 'jmp digit' 'hexa8: mov dl, 8' \
                      'digit: rol eax, 4' 'push eax' 'and al, 15' 'cmp al, 10' 'sbb al, 0x69' 'das' 'call char' 'pop eax' 'dec dl' \
                      'jnz digit' 'ret' 'body:'
        cat
    } > kernel.asm
    nasm -f bin kernel.asm -o "$1"
}

grub_iso() {            # grub_iso FILE < GRUB.CFG: a CD of the folder iso, with GRUB
    mkdir -p iso/boot/grub
    cat > iso/boot/grub/grub.cfg
    grub-mkrescue -d root/usr/lib/grub/i386-pc -o "$1" iso > grub.log 2>&1 || cannot "$(tail -n 1 grub.log)"
}

in_qemu() {             # in_qemu OPTIONS...: what the probe said
    timeout 60 qemu-system-i386 -L root/usr/share/qemu -L root/usr/share/seabios -display none -no-reboot -monitor none \
        -net none -debugcon stdio -device isa-debug-exit "$@" < /dev/null 2>&1 | said
}

in_bochs() {            # in_bochs FLOPPY [LINE...]: the same; lines go into its configuration
    floppy=$1
    shift
    {
        printf '%s\n' 'config_interface: textconfig' 'display_library: term' 'memory: guest=16, host=16' \
            'romimage: file=root/usr/share/bochs/BIOS-bochs-latest' 'vgaromimage: file=root/usr/share/vgabios/vgabios.bin' \
            'boot: floppy' "floppya: 1_44=$floppy, status=inserted" 'port_e9_hack: enabled=1' 'log: bochs.log' 'panic: action=fatal' "$@"
    } > bochsrc
    echo c > debugger.rc
    TERM=xterm timeout 60 script -qec "bochs -q -f bochsrc -rc debugger.rc" /dev/null < /dev/null 2>&1 | said
}

said() {
    tr -d '\r\n\0' | sed -n 's/.*<\([0-9A-Za-z .]*\)>.*/\1/p' | sed 's/ $//'
}
