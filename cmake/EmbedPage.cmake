# cmake -DPAGE_DIR=… -DOUTPUT=… -P EmbedPage.cmake
#
# Puts the HTML page together from its files and writes it as C++: the text before its data and the
# text after them. The page's security policy names its script and its style by their SHA-256, so
# that no other will ever run in it.
cmake_minimum_required(VERSION 3.25)

# Sets `result` to the Base64 (RFC 4648) of the bytes that `hex` spells, whose number is 2 modulo 3,
# as the 32 bytes of a SHA-256 are.
function(base64_of_hash hex result)
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(APPEND hex "00")
  string(LENGTH "${hex}" length)
  set(text "")
  foreach(at RANGE 0 ${length} 6)
    if(at EQUAL length)
      break()
    endif()
    string(SUBSTRING "${hex}" ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING "${digits}" ${digit} 1 character)
      string(APPEND text "${character}")
    endforeach()
  endforeach()
  string(REGEX REPLACE ".$" "=" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Sets `result` to `text` as the elements of an array of char.
function(bytes_of text result)
  file(WRITE "${OUTPUT}.part" "${text}")
  file(READ "${OUTPUT}.part" hex HEX)
  file(REMOVE "${OUTPUT}.part")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  set(byte "'[^']*',")
  string(REGEX REPLACE "(${byte}${byte}${byte}${byte}${byte}${byte}${byte}${byte}${byte}${byte})"
    "\\1\n    " bytes "${bytes}")
  set(${result} "${bytes}" PARENT_SCOPE)
endfunction()

file(READ "${PAGE_DIR}/page.html" page)
file(READ "${PAGE_DIR}/page.css" style)
set(script "\"use strict\";\n(() => {\n")
foreach(part hilbert page_data map_cells map_part page_map page_table page)
  file(READ "${PAGE_DIR}/${part}.js" text)
  string(APPEND script "${text}")
endforeach()
string(APPEND script "})();\n")

string(SHA256 style_hash "${style}")
string(SHA256 script_hash "${script}")
base64_of_hash("${style_hash}" style_hash)
base64_of_hash("${script_hash}" script_hash)
string(REPLACE "@STYLE_HASH@" "sha256-${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASH@" "sha256-${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")

string(FIND "${page}" "@DATA@" data_at)
string(SUBSTRING "${page}" 0 ${data_at} before)
math(EXPR data_end "${data_at} + 6")
string(SUBSTRING "${page}" ${data_end} -1 after)
bytes_of("${before}" before_bytes)
bytes_of("${after}" after_bytes)
file(WRITE "${OUTPUT}" "// Made by cmake/EmbedPage.cmake from src/sink/page/.
#include \"sink/page_template.hpp\"

namespace muster {
namespace {

constexpr char before_data[] = {
    ${before_bytes}};
constexpr char after_data[] = {
    ${after_bytes}};

}  // namespace

std::string_view page_before_data() { return {before_data, sizeof before_data}; }
std::string_view page_after_data() { return {after_data, sizeof after_data}; }

}  // namespace muster
")
