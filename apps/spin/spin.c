/* SPDX-License-Identifier: MIT */
/* Uses all processor time that it can get, for ever: `kill spin` ends it, or Ctrl-C. */
#include <stdio.h>

int main(void)
{
    printf("spin: until Ctrl-C, or `kill spin`\n");
    for (volatile unsigned turns = 0;; turns++)
        ;
}
