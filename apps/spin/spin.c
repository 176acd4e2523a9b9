/* SPDX-License-Identifier: MIT */
/* Uses all processor time that it can get, for ever: `kill spin` ends it, or Ctrl-C. */
int main(void)
{
    for (volatile unsigned turns = 0;; turns++)
        ;
}
