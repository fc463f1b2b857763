#include "cli/say_why.hpp"

#include "cli/exit_code.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"

#include <exception>
#include <new>
#include <stdexcept>

namespace muster {

int say_why(const std::function<int()>& work, const char* no_memory) {
  try {
    return work();
  } catch (const usage_error& error) {
    say(error.what());
    return exit_code::usage;
  } catch (const std::invalid_argument& error) {
    say(error.what());
    return exit_code::usage;
  } catch (const std::bad_alloc&) {
    say(no_memory);
    return exit_code::cannot;
  } catch (const std::exception& error) {
    say(error.what());
    return exit_code::cannot;
  }
}

}  // namespace muster
