// Names of C++'s library by header. What is not listed is looked for in all headers at once, which only takes longer.

export const cppNames: readonly (readonly [header: string, names: string])[] = [
  [
    'utility',
    'move forward swap pair make_pair exchange as_const declval in_place piecewise_construct to_underlying rel_ops integer_sequence index_sequence make_index_sequence index_sequence_for',
  ],
  ['initializer_list', 'initializer_list'],
  [
    'type_traits',
    'is_same is_same_v is_integral is_integral_v is_floating_point is_floating_point_v is_pointer is_pointer_v is_base_of is_base_of_v is_arithmetic is_arithmetic_v is_signed is_unsigned is_const is_array is_class is_enum is_void is_void_v is_reference is_function is_convertible is_convertible_v is_constructible is_trivially_copyable is_polymorphic enable_if enable_if_t conditional conditional_t decay decay_t remove_reference remove_reference_t remove_const remove_const_t remove_cv remove_cv_t remove_cvref_t remove_pointer remove_pointer_t add_const add_pointer make_signed make_unsigned make_signed_t make_unsigned_t underlying_type underlying_type_t common_type common_type_t invoke_result_t result_of true_type false_type integral_constant bool_constant void_t conjunction disjunction negation',
  ],
  ['limits', 'numeric_limits'],
  ['cstddef', 'nullptr_t byte'],
  ['new', 'nothrow bad_alloc launder set_new_handler'],
  [
    'exception',
    'exception terminate set_terminate current_exception exception_ptr rethrow_exception uncaught_exceptions nested_exception',
  ],
  [
    'stdexcept',
    'runtime_error logic_error out_of_range invalid_argument domain_error length_error overflow_error underflow_error range_error',
  ],
  ['typeinfo', 'typeid type_info bad_cast bad_typeid'],
  [
    'tuple',
    'tuple make_tuple tie get forward_as_tuple tuple_size tuple_size_v tuple_element tuple_cat ignore apply',
  ],
  ['array', 'array to_array'],
  ['bitset', 'bitset'],
  [
    'atomic',
    'atomic atomic_flag atomic_int atomic_bool memory_order memory_order_relaxed memory_order_acquire memory_order_release memory_order_seq_cst',
  ],
  ['ratio', 'ratio milli micro nano kilo mega giga'],
  [
    'iterator',
    'back_inserter front_inserter inserter begin end rbegin rend cbegin cend next prev advance distance istream_iterator ostream_iterator istreambuf_iterator ostreambuf_iterator reverse_iterator make_reverse_iterator iterator_traits size ssize empty data',
  ],
  ['vector', 'vector'],
  ['deque', 'deque'],
  ['list', 'list'],
  ['forward_list', 'forward_list'],
  ['stack', 'stack'],
  ['queue', 'queue priority_queue'],
  ['set', 'set multiset'],
  ['map', 'map multimap'],
  ['unordered_set', 'unordered_set unordered_multiset'],
  ['unordered_map', 'unordered_map unordered_multimap'],
  [
    'string',
    'string wstring u16string u32string u8string basic_string to_string to_wstring stoi stol stoll stoul stoull stof stod stold getline char_traits',
  ],
  ['string_view', 'string_view wstring_view basic_string_view'],
  [
    'memory',
    'unique_ptr shared_ptr weak_ptr make_unique make_shared allocator addressof allocator_traits enable_shared_from_this default_delete static_pointer_cast dynamic_pointer_cast',
  ],
  [
    'numeric',
    'accumulate iota inner_product adjacent_difference partial_sum gcd lcm reduce transform_reduce exclusive_scan inclusive_scan midpoint',
  ],
  [
    'algorithm',
    'sort stable_sort partial_sort nth_element find find_if find_if_not count count_if copy copy_if copy_n copy_backward fill fill_n generate generate_n transform for_each for_each_n max min minmax max_element min_element minmax_element clamp reverse reverse_copy rotate unique remove_if remove_copy_if replace replace_if binary_search lower_bound upper_bound equal_range includes merge inplace_merge set_union set_intersection set_difference set_symmetric_difference next_permutation prev_permutation is_permutation is_sorted is_sorted_until partition stable_partition is_partitioned partition_point all_of any_of none_of equal mismatch lexicographical_compare search adjacent_find swap_ranges iter_swap make_heap push_heap pop_heap sort_heap is_heap shuffle random_shuffle sample',
  ],
  [
    'functional',
    'function bind ref cref plus minus multiplies divides modulus negate less greater less_equal greater_equal equal_to not_equal_to logical_and logical_or logical_not bit_and bit_or bit_xor hash mem_fn invoke placeholders reference_wrapper not_fn bad_function_call',
  ],
  [
    'iomanip',
    'setw setprecision setfill setbase put_time get_time quoted setiosflags resetiosflags put_money get_money',
  ],
  [
    'iostream',
    'cout cin cerr clog wcout wcin wcerr endl flush ends hex dec oct fixed scientific boolalpha noboolalpha showbase noshowbase showpoint showpos uppercase nouppercase left right internal ws ios ios_base ostream istream iostream streamsize',
  ],
  ['sstream', 'stringstream ostringstream istringstream stringbuf'],
  ['fstream', 'fstream ifstream ofstream filebuf'],
  ['complex', 'complex real imag conj polar'],
  ['valarray', 'valarray slice gslice'],
  [
    'chrono',
    'chrono system_clock steady_clock high_resolution_clock duration_cast seconds milliseconds microseconds nanoseconds minutes hours',
  ],
  ['thread', 'thread this_thread'],
  [
    'mutex',
    'mutex recursive_mutex lock_guard unique_lock scoped_lock once_flag call_once try_lock',
  ],
  ['condition_variable', 'condition_variable cv_status'],
  ['future', 'future promise async packaged_task shared_future launch future_status'],
  [
    'regex',
    'regex smatch cmatch regex_match regex_search regex_replace sregex_iterator sregex_token_iterator regex_error regex_constants',
  ],
  ['typeindex', 'type_index'],
  ['system_error', 'system_error error_code error_condition errc generic_category'],
  ['locale', 'locale use_facet'],
  ['scoped_allocator', 'scoped_allocator_adaptor'],
  ['optional', 'optional nullopt make_optional bad_optional_access'],
  ['variant', 'variant visit holds_alternative get_if monostate bad_variant_access'],
  ['any', 'any any_cast bad_any_cast make_any'],
  ['charconv', 'from_chars to_chars chars_format'],
  ['filesystem', 'filesystem'],
  [
    'random',
    'mt19937 mt19937_64 random_device uniform_int_distribution uniform_real_distribution normal_distribution bernoulli_distribution discrete_distribution default_random_engine',
  ],
  ['ranges', 'ranges views'],
  [
    'concepts',
    'same_as integral signed_integral unsigned_integral floating_point convertible_to derived_from invocable predicate equality_comparable totally_ordered',
  ],
  ['compare', 'strong_ordering weak_ordering partial_ordering'],
  ['span', 'span dynamic_extent'],
  [
    'bit',
    'bit_cast popcount has_single_bit bit_ceil bit_floor bit_width countl_zero countr_zero rotl rotr endian',
  ],
  ['numbers', 'numbers'],
  ['format', 'format vformat format_to'],
  ['coroutine', 'coroutine_handle suspend_always suspend_never'],
  ['source_location', 'source_location'],
];

/** Names of the C library that C++ has in these headers under other names than C. */
export const cppHeaderOfC: ReadonlyMap<string, string> = new Map(
  (
    'assert complex ctype errno fenv float inttypes limits locale math setjmp signal stdarg stddef stdint stdio stdlib ' +
    'string time uchar wchar wctype'
  )
    .split(' ')
    .map((name) => [`${name}.h`, name === 'complex' ? 'complex' : `c${name}`]),
);
