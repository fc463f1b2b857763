#pragma once

#include "scenarios.hpp"
#include "support/lab.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace muster::bench {

/// The network of one scenario: a namespace of its own with what stands on the other side in it.
/// What was started is ended by the destructor; the namespace goes with the next one or with this
/// process.
class network {
 public:
  /// Moves this process into it, and fills in the port of `wanted`. Throws std::runtime_error with
  /// what is missing.
  network(surroundings around, work& wanted, const std::string& directory);

  /// The words of a command on the side where the targets are.
  std::vector<std::string> on_their_side(std::vector<std::string> command) const {
    return far_ ? far_->words_there(std::move(command)) : std::move(command);
  }

 private:
  void start_server(work& wanted, const std::string& directory);
  void start_acceptor(work& wanted, const std::string& directory);
  void start_web_server(work& wanted);
  void start_name_server(const work& wanted);

  void use_name_server(const std::string& address);

  void lay_cable(const std::string& block);
  void make_room_for_late_hosts(work& wanted);
  void put_behind_cable(const std::string& block);
  void silence_behind_cable(const std::string& block);

  test::temporary_directory files_;
  std::optional<test::neighbour> far_;
  std::unique_ptr<test::process> server_;
};

/// Why the scenarios that ask a name server can't have one of their own here; empty if they can. It
/// takes a mount namespace, and a chroot into a plain directory gives none.
std::string why_no_name_server();

/// What stands in `file` is /etc/NAME for this process and its children alone.
void replace_system_file(const std::string& name, const std::string& file);

/// Answers questions about the first `count` names, on 127.0.0.1:53, until killed.
[[noreturn]] void serve_names(std::uint32_t count);

}  // namespace muster::bench
