/* Loaded into inspected programs before main: output that is written at once, the locale of the environment, and
 * printf's conversion %b for binary numbers.
 *
 * The guest server compiles it when it starts. It must not fail a program: what can't be set up is left out. */

#define _GNU_SOURCE
#include <locale.h>
#include <printf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { max_bits = 64, bits_per_group = 4, max_separator_bytes = 16 };

static unsigned long long number_of(const struct printf_info *info, const void *argument)
{
  if (info->is_long_double) return *(const unsigned long long *)argument;
  if (info->is_long) return *(const unsigned long *)argument;
  unsigned int number = *(const unsigned int *)argument;
  if (info->is_char) return (unsigned char)number;
  if (info->is_short) return (unsigned short)number;
  return number;
}

/* The digits, the first one first. At least `precision`, where that is given; none for 0 with a precision of 0. */
static int write_digits(char *digits, unsigned long long number, int least)
{
  int count = 0;
  while (count < max_bits && (number >> count) > 1) count += 1;
  count = number == 0 && least == 0 ? 0 : count + 1;
  if (count < least) count = least;
  if (count > max_bits) count = max_bits;
  for (int i = 0; i < count; i += 1) digits[i] = '0' + (int)((number >> (count - 1 - i)) & 1);
  return count;
}

/* Puts separators between groups, counted from the last digit as localeconv(3) describes them. */
static int group_digits(char *text, const char *digits, int count, const char *separator, const char *grouping)
{
  char reversed[max_bits * (max_separator_bytes + 1)];
  int length = 0;
  int width = (unsigned char)*grouping;
  int in_group = 0;
  size_t separator_bytes = strlen(separator);
  for (int i = count - 1; i >= 0; i -= 1) {
    if (width > 0 && width < 127 && in_group == width) {
      for (size_t j = separator_bytes; j > 0; j -= 1) reversed[length++] = separator[j - 1];
      in_group = 0;
      if (grouping[1] != '\0') width = (unsigned char)*++grouping;
    }
    reversed[length++] = digits[i];
    in_group += 1;
  }
  for (int i = 0; i < length; i += 1) text[i] = reversed[length - 1 - i];
  return length;
}

static int pad(FILE *stream, char character, int count)
{
  for (int i = 0; i < count; i += 1) {
    if (fputc(character, stream) == EOF) return -1;
  }
  return 0;
}

static int print_binary(FILE *stream, const struct printf_info *info, const void *const *arguments)
{
  char digits[max_bits + bits_per_group];
  char text[max_bits * (max_separator_bytes + 1)];
  unsigned long long number = number_of(info, arguments[0]);
  int least = info->prec;
  int count = write_digits(digits, number, least);
  if (info->alt && count % bits_per_group != 0) {
    count = write_digits(digits, number, count + bits_per_group - count % bits_per_group);
  }
  const char *separator = "";
  const char *grouping = "";
  static const char of_nibbles[] = {bits_per_group, '\0'};
  if (info->group && info->alt) {
    separator = ".";
    grouping = of_nibbles;
  } else if (info->group) {
    const struct lconv *locale = localeconv();
    if (strlen(locale->thousands_sep) <= max_separator_bytes) {
      separator = locale->thousands_sep;
      grouping = locale->grouping;
    }
  }
  int length = group_digits(text, digits, count, separator, *separator == '\0' ? "" : grouping);
  int fill = info->width > length ? info->width - length : 0;
  int is_zero_filled = !info->left && info->pad == '0' && least < 0;
  if (!info->left && pad(stream, is_zero_filled ? '0' : ' ', fill) != 0) return -1;
  if (fwrite(text, 1, (size_t)length, stream) != (size_t)length) return -1;
  if (info->left && pad(stream, ' ', fill) != 0) return -1;
  return length + fill;
}

static int describe_binary(const struct printf_info *info, size_t count, int *types, int *sizes)
{
  if (count < 1) return 1;
  types[0] = PA_INT;
  if (info->is_long_double) types[0] |= PA_FLAG_LONG_LONG;
  else if (info->is_long) types[0] |= PA_FLAG_LONG;
  else if (info->is_short) types[0] |= PA_FLAG_SHORT;
  sizes[0] = info->is_long_double ? sizeof(long long) : info->is_long ? sizeof(long) : sizeof(int);
  return 1;
}

__attribute__((constructor)) static void prepare(void)
{
  /* Of a shell that gdb starts: the program that it becomes is meant. */
  if (getenv("PBOT_VM_SHELL") != NULL) {
    unsetenv("PBOT_VM_SHELL");
    return;
  }
  /* What the program starts is its own business. */
  unsetenv("LD_PRELOAD");
  setlocale(LC_ALL, "");
  setvbuf(stdout, NULL, _IONBF, 0);
  register_printf_specifier('b', print_binary, describe_binary);
}
