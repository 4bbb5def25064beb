// Words of C and C++ by what they say about the code around them.

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** They begin a statement, and the block after them ends it. */
export const blockKeywords = set('if else for while switch do try catch');

/** They begin a statement that ends with a semicolon. */
export const jumpKeywords = set(
  'return goto break continue case default throw co_return co_yield co_await delete asm __asm__',
);

/** Builtin types, and what stands in front of them. */
export const typeKeywords = set(
  'void char short int long float double signed unsigned _Bool bool _Complex _Imaginary const volatile restrict ' +
    'static extern register inline typedef struct union enum class auto _Atomic _Noreturn _Alignas _Thread_local ' +
    '__attribute__ __extension__ __int128 _Float128 __float128 _Decimal32 _Decimal64 _Decimal128 thread_local ' +
    'constexpr consteval constinit mutable virtual explicit friend typename decltype wchar_t char8_t char16_t ' +
    'char32_t alignas typeof typeof_unqual __typeof__ __auto_type noreturn _BitInt',
);

/** They begin a declaration that is no variable's. */
export const cppDeclarations = set('template namespace using class concept export');

export const aggregates = set('struct union enum class');

/** Parentheses after these are no parameters. */
export const noFunctionNames = set(
  '__attribute__ __attribute alignas _Alignas decltype __declspec typeof typeof_unqual __typeof__ sizeof alignof _Alignof ' +
    'noexcept requires throw asm __asm__ _Static_assert static_assert explicit _Atomic _BitInt',
);

const operators = set(
  'sizeof alignof _Alignof typeid new delete and or not xor bitand bitor compl not_eq and_eq or_eq xor_eq ' +
    'static_cast dynamic_cast const_cast reinterpret_cast this nullptr true false NULL operator _Generic ' +
    '_Static_assert static_assert defined noexcept requires template namespace using concept public private ' +
    'protected final override export',
);

/** All words that no program can give to something of its own. */
export function isKeyword(word: string): boolean {
  return (
    blockKeywords.has(word) ||
    jumpKeywords.has(word) ||
    typeKeywords.has(word) ||
    operators.has(word)
  );
}
