// attack: has templates call each other without end
// language: c++
// options: -O0 -ftemplate-depth=2000000000
// expect: compile limit MEMORY, compile limit WALL_TIME, compile exit *, compile signal *
// time-limit: 4 s
template <int n> struct Tree { static const int size = Tree<n + 1>::size + Tree<n + 2>::size; };
int main() { return Tree<0>::size; }
