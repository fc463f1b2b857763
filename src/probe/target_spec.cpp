#include "probe/target_spec.hpp"

#include "probe/kind.hpp"
#include "targets/kind_columns.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace muster {
namespace {

/// The options of a kind that a row may say something about.
std::vector<spec_option> columns_of(probe_kind kind) {
  std::vector<spec_option> all = description_of(kind).options();
  std::erase_if(all, [](const spec_option& one) { return one.column.empty(); });
  return all;
}

const std::vector<spec_option>& known_columns_of(probe_kind kind) {
  static const auto all = [] {
    std::vector<std::vector<spec_option>> tables;
    tables.reserve(all_probe_kinds.size());
    for (const probe_kind one : all_probe_kinds)
      tables.push_back(columns_of(one));
    return tables;
  }();
  return all[static_cast<std::size_t>(kind)];
}

}  // namespace

const std::vector<kind_column>& kind_columns() {
  static const auto all = [] {
    std::vector<kind_column> columns;
    for (const probe_kind kind : all_probe_kinds) {
      for (const spec_option& option : known_columns_of(kind)) {
        const auto check = [kind, read = option.read](const std::string& text) {
          return read(*description_of(kind).make_spec(), text);
        };
        const auto same = std::ranges::find(columns, option.column, &kind_column::name);
        if (same == columns.end()) {
          columns.push_back({option.column, option.is_of_socket, check});
        }
      }
    }
    return columns;
  }();
  return all;
}

std::unique_ptr<const probe_spec> spec_in_row(const target& subject, const probe_spec& common) {
  const target_parameters* const parameters = subject.parameters();
  if (!parameters || parameters->options.empty()) return nullptr;
  const auto& columns = known_columns_of(common.kind());
  std::unique_ptr<probe_spec> own;
  for (const auto& [name, text] : parameters->options) {
    const auto column = std::ranges::find_if(columns, [&name = name](const spec_option& one) {
      return is_same_column(one.column, name);
    });
    if (column == columns.end() || column->is_of_socket) continue;
    if (!own) own = common.clone();
    if (const std::string wrong = column->read(*own, text); !wrong.empty()) {
      throw std::invalid_argument{fmt::format("{}: {}: {}", subject.to_string(), name, wrong)};
    }
  }
  return own;
}

}  // namespace muster
