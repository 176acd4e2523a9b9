/* SPDX-License-Identifier: MIT */
/* POSIX's other random numbers: rand_r(), random(), and the 48 bits of drand48(), whose sequence
 * the standard gives. */
#include <stdint.h>
#include <stdlib.h>

int rand_r(unsigned *seed)
{
    uint64_t state = *seed;
    for (int i = 0; i < 2; i++)
        state = state * 6364136223846793005ull + 1442695040888963407ull;
    *seed = (unsigned)(state >> 32);
    return (int)(*seed >> 1);
}

/* ---- random() ---- */

static uint64_t random_state = 1;

void srandom(unsigned seed)
{
    random_state = seed;
}

long random(void)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (long)(random_state >> 33);
}

char *initstate(unsigned seed, char *state, size_t size)
{
    srandom(seed);
    return size < 8 ? NULL : state;
}

char *setstate(char *state)
{
    return state;
}

/* ---- drand48() ---- */

static uint64_t factor = 0x5deece66dull;
static unsigned addend = 0xb;
static unsigned short own[3] = {0x330e, 0, 0};

static uint64_t next48(unsigned short state[3])
{
    uint64_t x = state[0] | (uint64_t)state[1] << 16 | (uint64_t)state[2] << 32;
    x = (x * factor + addend) & 0xffffffffffffull;
    state[0] = (unsigned short)x;
    state[1] = (unsigned short)(x >> 16);
    state[2] = (unsigned short)(x >> 32);
    return x;
}

static void plain_factor(void)
{
    factor = 0x5deece66dull;
    addend = 0xb;
}

double erand48(unsigned short state[3])
{
    return (double)next48(state) / 281474976710656.0;           /* 2 to the 48 */
}

long nrand48(unsigned short state[3])
{
    return (long)(next48(state) >> 17);
}

long jrand48(unsigned short state[3])
{
    return (long)(int32_t)(next48(state) >> 16);
}

double drand48(void)
{
    return erand48(own);
}

long lrand48(void)
{
    return nrand48(own);
}

long mrand48(void)
{
    return jrand48(own);
}

void srand48(long seed)
{
    plain_factor();
    own[0] = 0x330e;
    own[1] = (unsigned short)seed;
    own[2] = (unsigned short)((unsigned long)seed >> 16);
}

unsigned short *seed48(unsigned short state[3])
{
    static unsigned short old[3];
    plain_factor();
    for (int i = 0; i < 3; i++) {
        old[i] = own[i];
        own[i] = state[i];
    }
    return old;
}

void lcong48(unsigned short parameters[7])
{
    for (int i = 0; i < 3; i++)
        own[i] = parameters[i];
    factor = parameters[3] | (uint64_t)parameters[4] << 16 | (uint64_t)parameters[5] << 32;
    addend = parameters[6];
}
