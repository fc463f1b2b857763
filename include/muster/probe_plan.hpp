#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace muster {

/// Which probes each target gets. When nothing is named, its form decides: a URL gets HTTP,
/// `host:port` TCP, anything else ICMP.
struct probe_plan {
  bool icmp = false;
  std::vector<std::uint16_t> tcp_ports;
  /// URLs to ask, where `{}` stands for the target's host.
  std::vector<std::string> http_templates;

  /// Monitoring plugins to run, each as its words, where `{}` and the other placeholders of a
  /// command stand for the target's values. Columns of rows are there as far as
  /// `target_stream_options::kept_columns` names them.
  std::vector<std::vector<std::string>> commands;

  bool implied() const {
    return !icmp && tcp_ports.empty() && http_templates.empty() && commands.empty();
  }
  /// How many probes a target gets.
  std::size_t size() const {
    if (implied()) return 1;
    return (icmp ? 1 : 0) + tcp_ports.size() + http_templates.size() + commands.size();
  }
};

}  // namespace muster
