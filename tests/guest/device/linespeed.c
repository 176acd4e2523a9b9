#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
static inline uint64_t tsc(void) { uint32_t a, d; __asm__ volatile("rdtsc" : "=a"(a), "=d"(d)); return (uint64_t) d << 32 | a; }
int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 0;
    for (int round = 0; round < 2; round++) {
    uint64_t start = tsc();
    for (int i = 0; i < count; i++)
        printf("<%06d> this is a line of some forty characters\n", i);
    uint64_t all = tsc() - start;
    start = tsc();
    for (int i = 0; i < count; i++) { putchar('x'); fflush(stdout); }
    uint64_t chars = tsc() - start;
    printf("\nSPEED %lu a line, %lu a character\n", (unsigned long) (all / count), (unsigned long) (chars / count));
    }
    return 0;
}
