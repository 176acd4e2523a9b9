/* SPDX-License-Identifier: MIT */
/* The 8042 keyboard controller.  The program that had the machine before may have left it in any
 * state: with the mouse on, with bytes in its buffer, with another set of scan codes.  So this sets
 * everything, and throws away what the controller says meanwhile; it asks for nothing, because some
 * controllers answer no command.  Every wait has a limit: a missing controller reads as all ones,
 * and a broken one is never ready.  Before: keys.c, or deva's console.c while no driver runs. */
#include "keyboard.h"

#include "servers/deva/ports.h"

enum {
    DATA = 0x60,
    STATUS = 0x64,          /* when read */
    COMMAND = 0x64,         /* when written */

    STATUS_FULL = 0x01,     /* a byte waits in DATA */
    STATUS_BUSY = 0x02,     /* the controller has not taken the last byte yet */
    STATUS_MOUSE = 0x20,    /* the byte in DATA is from the mouse */

    COMMAND_WRITE_CONFIG = 0x60,
    COMMAND_MOUSE_OFF = 0xa7,
    COMMAND_KEYBOARD_OFF = 0xad,
    COMMAND_KEYBOARD_ON = 0xae,

    /* The mouse stays off: if a byte from it is not taken, no key arrives after it. */
    CONFIG_KEYBOARD_INTERRUPT = 0x01,
    CONFIG_SYSTEM = 0x04,   /* the machine has passed its self-test */
    CONFIG_MOUSE_OFF = 0x20,
    CONFIG_TRANSLATE = 0x40,        /* into scan codes of set 1 */

    KEY_SET_DEFAULTS = 0xf6,        /* for the keyboard itself: use scan codes of set 2, */
    KEY_ENABLE = 0xf4,              /* and send them */
    KEY_LIGHTS = 0xed,              /* the next byte says which lights are on */
    KEY_ACKNOWLEDGE = 0xfa,

    POLLS = 20000,
    PAUSES = 50,            /* in ms: the longest time for the keyboard's answer */
    BUFFERED = 64,          /* more bytes than any controller can hold */
};

static bool wait_until_taken(void)
{
    for (int i = 0; i < POLLS; i++) {
        if (!(port_in8(STATUS) & STATUS_BUSY))
            return true;
    }
    return false;
}

static bool put(uint16_t port, uint8_t value)
{
    if (!wait_until_taken())
        return false;
    port_out8(port, value);
    return true;
}

/* Throws away the bytes that are in the controller.  Returns false if they do not end: then there
 * is no controller. */
static bool drain(void)
{
    for (int i = 0; i < BUFFERED; i++) {
        if (!(port_in8(STATUS) & STATUS_FULL))
            return true;
        (void) port_in8(DATA);
    }
    return false;
}

/* Throws away bytes up to the keyboard's acknowledgement, or until the limit. */
static void await_acknowledgement(void)
{
    for (int pauses = 0, bytes = 0; pauses < PAUSES && bytes < BUFFERED;) {
        uint8_t status = port_in8(STATUS);
        if (!(status & STATUS_FULL)) {
            port_pause();
            pauses++;
        } else if (port_in8(DATA) == KEY_ACKNOWLEDGE && !(status & STATUS_MOUSE)) {
            return;
        } else {
            bytes++;
        }
    }
}

/* Returns false if the controller does not take the byte.  If no answer comes, that is no failure:
 * a keyboard may be plugged in later. */
static bool tell_keyboard(uint8_t value)
{
    if (!put(DATA, value))
        return false;
    await_acknowledgement();
    return true;
}

enum {
    CONFIG = CONFIG_KEYBOARD_INTERRUPT | CONFIG_SYSTEM | CONFIG_MOUSE_OFF | CONFIG_TRANSLATE,
};

bool keyboard_init(struct keyboard *k)
{
    *k = (struct keyboard) { .present = false };
    k->present = port_in8(STATUS) != 0xff && put(COMMAND, COMMAND_KEYBOARD_OFF) &&
                 put(COMMAND, COMMAND_MOUSE_OFF) && wait_until_taken() && drain() &&
                 put(COMMAND, COMMAND_WRITE_CONFIG) && put(DATA, CONFIG) &&
                 put(COMMAND, COMMAND_KEYBOARD_ON) && tell_keyboard(KEY_SET_DEFAULTS) &&
                 tell_keyboard(KEY_LIGHTS) && tell_keyboard(0) && tell_keyboard(KEY_ENABLE) &&
                 drain();
    return k->present;
}

/* The last one may have stopped in the middle of a command; the lights' command ends that. */
void keyboard_adopt(struct keyboard *k, uint8_t lights)
{
    *k = (struct keyboard) { .present = true };
    if (put(COMMAND, COMMAND_WRITE_CONFIG))
        put(DATA, CONFIG);
    put(COMMAND, COMMAND_KEYBOARD_ON);
    keyboard_light(k, lights);
}

/* A step of the conversation: the command, the keyboard's acknowledgement, the lights, another
 * acknowledgement.  If one does not come, the next change of the lights begins anew. */
static void lights_step(struct keyboard *k)
{
    if (k->telling == LIGHTS_ASKED) {
        k->told = k->lights;
        k->telling = put(DATA, k->told) ? LIGHTS_TOLD : LIGHTS_SET;
    } else if (k->telling == LIGHTS_TOLD) {
        k->telling = LIGHTS_SET;
        if (k->told != k->lights)
            keyboard_light(k, k->lights);
    }
}

void keyboard_light(struct keyboard *k, uint8_t lights)
{
    k->lights = lights;
    k->telling = put(DATA, KEY_LIGHTS) ? LIGHTS_ASKED : LIGHTS_SET;
}

/* The keyboard's answers to commands are not keys: as codes of set 1 they release a key that no
 * keyboard has. */
bool keyboard_read(struct keyboard *k, uint8_t *code)
{
    *code = 0;
    if (!k->present)
        return false;
    uint8_t status = port_in8(STATUS);
    if (!(status & STATUS_FULL))
        return false;
    uint8_t byte = port_in8(DATA);
    if (status & STATUS_MOUSE)
        return true;
    *code = byte;
    if (byte == KEY_ACKNOWLEDGE)
        lights_step(k);
    return true;
}
