// The one place where the body of Asio is compiled.
#include <asio/impl/src.hpp>
