/* SPDX-License-Identifier: MIT */
/* qsort() and bsearch(): ISO C 7.22.5.  A heap sort takes n log n steps at worst, without recursion
 * and without memory. */
#include <stdlib.h>

struct array {
    char *base;
    size_t size;
    int (*compare)(const void *, const void *);
};

static char *element(const struct array *a, size_t i)
{
    return a->base + i * a->size;
}

static void swap(char *a, char *b, size_t size)
{
    for (; size; size--, a++, b++) {
        char t = *a;
        *a = *b;
        *b = t;
    }
}

/* Makes the tree below `root` a heap again.  Pre: only the root is out of place. */
static void sift_down(const struct array *a, size_t root, size_t count)
{
    while (root < count / 2) {
        size_t child = 2 * root + 1;
        if (child + 1 < count && a->compare(element(a, child), element(a, child + 1)) < 0)
            child++;
        if (a->compare(element(a, root), element(a, child)) >= 0)
            return;
        swap(element(a, root), element(a, child), a->size);
        root = child;
    }
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    struct array a = {base, size, compare};
    for (size_t i = count / 2; i > 0; i--)
        sift_down(&a, i - 1, count);
    for (size_t rest = count; rest > 1; rest--) {
        swap(element(&a, 0), element(&a, rest - 1), size);
        sift_down(&a, 0, rest - 1);
    }
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *))
{
    struct array a = {(char *)(size_t)base, size, compare};
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        int order = compare(key, element(&a, middle));
        if (order == 0)
            return element(&a, middle);
        if (order < 0)
            count = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
