/* SPDX-License-Identifier: MIT */
/* Prints what programs of other systems print to a terminal; tests/system/console.py looks at the screen. */
#include <stdio.h>

int main(void)
{
    printf("\033[2J\033[H1 sgr0: \033(B\033[mplain\n");
    printf("2 title: \033]0;my title\007after\n");
    printf("3 colour: \033[1;31mred\033[0m after\n");
    printf("4 charset: \033)0\033*Bx\n");
    printf("5 save: \0337\0338\033=\033>x\n");
    printf("6 picture: \033#8x\n");
    printf("7 dcs: \033P1$r0m\033\\x\n");
    printf("8 utf8: \xc3\xa9 \xe2\x94\x80 x\n");
    printf("9 erase: abcdef\033[3D\033[1KX\n");
    return 0;
}
