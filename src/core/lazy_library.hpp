#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace muster {

/// A library is not on this machine, or not as it was when this program was built. Says which, for
/// people, and what to install.
struct library_missing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A shared library that only some runs need: it is loaded when one of its functions is first
/// called.
struct lazy_library {
  const char* soname;   ///< `libssl.so.3`
  const char* package;  ///< That it came from where this was built; empty where nobody knows.
};

/// Loads the library, and what it needs itself, unless it is there already. Throws library_missing.
void* load(const lazy_library& library);
/// A function of a loaded library. Throws library_missing where that is another version's.
void* find_function(void* loaded, const lazy_library& library, const char* name);

/// The name of a function, as an argument of a template.
template <std::size_t Size>
struct function_name {
  // NOLINTNEXTLINE(google-explicit-constructor): a literal stands for it.
  constexpr function_name(const char (&literal)[Size]) : text{std::to_array(literal)} {}
  std::array<char, Size> text;
};

/// A function of a library that is loaded when it is first called. It is called as the function
/// itself is, and throws library_missing besides. What it is, its library's header says: see
/// MUSTER_LAZY_FUNCTION.
template <class Type, const lazy_library& Library, function_name Name>
struct lazy_function;

template <class Result, class... Args, const lazy_library& Library, function_name Name>
struct lazy_function<Result(Args...), Library, Name> {
  Result operator()(Args... args) const { return (*function())(args...); }

 private:
  static auto function() {
    static void* const found = find_function(load(Library), Library, Name.text.data());
    return reinterpret_cast<Result (*)(Args...)>(found);
  }
};

/// Within a namespace, `NAME` is from here on the library's function of that name, loaded when it
/// is first called: it hides the one of the global namespace, which nothing is linked against. So
/// calls are written as ever, by way of the library's macros, too.
#define MUSTER_LAZY_FUNCTION(LIBRARY, NAME) MUSTER_LAZY_FUNCTION_EXPANDED(LIBRARY, NAME)
// NOLINTBEGIN(bugprone-macro-parentheses): what is declared is a name, and no expression.
#define MUSTER_LAZY_FUNCTION_EXPANDED(LIBRARY, NAME) \
  inline constexpr ::muster::lazy_function<decltype(::NAME), LIBRARY, #NAME> NAME {}
// NOLINTEND(bugprone-macro-parentheses)

/// A note in an ELF file that names a library it may load (UAPI.11, ELF dlopen metadata), from
/// which packages get their dependencies. `Size` is that of the JSON, with the NUL behind it.
template <std::size_t Size>
struct dlopen_note {
  std::uint32_t owner_bytes = 4;
  std::uint32_t description_bytes = Size;
  std::uint32_t type = 0x407c0c0a;
  char owner[4] = "FDO";
  char description[Size];
};

}  // namespace muster
