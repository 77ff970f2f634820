#pragma once

#include <xgrad/tools/byte_reader.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Zip archives of uncompressed entries below 4 GiB: a header before every entry, and at the end of
// the file a directory, which alone counts when reading. Numbers are little-endian.
//
// Source: PKWARE, APPNOTE.TXT 6.3, sections 4.3.7 (entry), 4.3.12 (directory), 4.3.16 (its end).

namespace xgrad::detail {
inline constexpr std::string_view zip_entry_mark = "PK\3\4";
inline constexpr std::string_view zip_directory_mark = "PK\1\2";
inline constexpr std::string_view zip_end_mark = "PK\5\6";
inline constexpr std::size_t zip_entry_bytes = 30;
inline constexpr std::size_t zip_directory_bytes = 46;
inline constexpr std::size_t zip_end_bytes = 22;

// These values say that the number stands in an extension for larger archives.
inline constexpr std::uint32_t zip_many = 0xffff;
inline constexpr std::uint32_t zip_large = 0xffffffff;

inline void put_number(std::string& to, std::uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; ++i) {
        to += static_cast<char>(number >> (8 * i) & 0xff);
    }
}

inline std::uint32_t number_at(std::string_view from, std::size_t at, std::size_t bytes)
{
    std::uint32_t number = 0;
    for (std::size_t i = bytes; i-- > 0;) {
        number = number << 8 | static_cast<unsigned char>(from[at + i]);
    }
    return number;
}

class zip_writer
{
public:
    explicit zip_writer(byte_writer& file) : file_(file) {}

    /// Appends the entry `name` with the content `head` and `body`.
    void add(std::string const& name, std::string_view head, std::span<std::byte const> body)
    {
        auto const size = head.size() + body.size();
        if (name.size() >= zip_many || entries_ + 1 >= zip_many || size >= zip_large ||
            position_ >= zip_large) {
            file_.fail("would be larger than 4 GiB; write arrays one by one with save_npy");
        }
        // What the header and the directory both say.
        std::string common;
        put_number(common, 20, 2); // needs version 2.0
        // Names that are not ASCII are UTF-8.
        put_number(common, std::ranges::any_of(name, [](char c) { return c < 0; }) ? 0x800 : 0, 2);
        put_number(common, 0, 2);    // stored
        put_number(common, 0, 2);    // time and
        put_number(common, 0x21, 2); // day: 1980-01-01, so that equal arrays give equal files
        put_number(common, crc32(body, crc32(std::as_bytes(std::span(head)))), 4);
        put_number(common, size, 4); // compressed
        put_number(common, size, 4);
        put_number(common, name.size(), 2);
        put_number(common, 0, 2); // no extensions

        directory_ += zip_directory_mark;
        put_number(directory_, 20, 2); // made by version 2.0
        directory_ += common;
        put_number(directory_, 0, 2); // no comment
        put_number(directory_, 0, 2); // on this disk
        put_number(directory_, 0, 2); // attributes
        put_number(directory_, 0, 4);
        put_number(directory_, position_, 4);
        directory_ += name;

        file_.write(zip_entry_mark);
        file_.write(common);
        file_.write(name);
        file_.write(head);
        file_.write(body);
        position_ += zip_entry_bytes + name.size() + size;
        ++entries_;
    }

    /// Writes the directory.
    void close()
    {
        if (position_ + directory_.size() >= zip_large) {
            file_.fail("would be larger than 4 GiB; write arrays one by one with save_npy");
        }
        std::string end(zip_end_mark);
        put_number(end, 0, 4); // one disk
        put_number(end, entries_, 2);
        put_number(end, entries_, 2);
        put_number(end, directory_.size(), 4);
        put_number(end, position_, 4);
        put_number(end, 0, 2); // no comment
        file_.write(directory_);
        file_.write(end);
    }

private:
    byte_writer& file_;
    std::string directory_;
    std::uint64_t position_ = 0;
    std::uint32_t entries_ = 0;
};

struct zip_entry
{
    std::string name;
    std::uint32_t flags;
    std::uint32_t method;
    std::uint32_t crc;
    std::uint32_t size;
    std::uint32_t position;
};

/// The text and the number of entries of the directory. Throws value_error where there is none.
inline std::pair<std::string, std::size_t> zip_directory(byte_reader& file)
{
    // The end is found from behind: a comment of up to 65535 bytes may follow it.
    auto const tail = std::min<std::uint64_t>(file.size(), zip_end_bytes + 0xffff);
    file.select(file.size() - tail, tail, {});
    auto const text = file.read_text(tail);
    auto end = text.npos;
    for (auto at = text.rfind(zip_end_mark); at != text.npos && end == text.npos;
         at = at > 0 ? text.rfind(zip_end_mark, at - 1) : text.npos) {
        auto const rest = text.size() - at;
        if (rest >= zip_end_bytes && rest - zip_end_bytes == number_at(text, at + 20, 2)) {
            end = at;
        }
    }
    if (end == text.npos) {
        file.fail(
            text.starts_with("\x93NUMPY")
                ? "is a .npy file; load_npy reads it"
                : "is no archive, or was cut off; np.savez and save_npz write archives");
    }
    auto const count = number_at(text, end + 10, 2);
    auto const size = number_at(text, end + 12, 4);
    auto const position = number_at(text, end + 16, 4);
    if (count == zip_many || size == zip_large || position == zip_large) {
        file.fail("is larger than 4 GiB; write arrays one by one with np.save");
    }
    file.select(position, size, {});
    return {file.read_text(size), count};
}

/// The entries of an archive. Throws value_error where it is none, or damaged.
inline std::vector<zip_entry> zip_entries(byte_reader& file)
{
    auto const [directory, count] = zip_directory(file);
    std::vector<zip_entry> entries;
    std::size_t at = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto const left = directory.size() - at;
        auto const name_size =
            left < zip_directory_bytes ? 0 : std::size_t{number_at(directory, at + 28, 2)};
        auto const extension = left < zip_directory_bytes
            ? 0
            : std::size_t{number_at(directory, at + 30, 2)} + number_at(directory, at + 32, 2);
        if (left < zip_directory_bytes + name_size + extension ||
            directory.compare(at, 4, zip_directory_mark) != 0) {
            file.fail("has a damaged directory; write it again with np.savez");
        }
        entries.push_back(
            {.name = directory.substr(at + zip_directory_bytes, name_size),
             .flags = number_at(directory, at + 8, 2),
             .method = number_at(directory, at + 10, 2),
             .crc = number_at(directory, at + 16, 4),
             .size = number_at(directory, at + 24, 4),
             .position = number_at(directory, at + 42, 4)});
        at += zip_directory_bytes + name_size + extension;
    }
    return entries;
}

/// Turns the reader to the content of an entry. Throws value_error where it is compressed.
inline void select_zip_entry(byte_reader& file, zip_entry const& entry)
{
    file.select(0, file.size(), entry.name);
    if ((entry.flags & 1) != 0) {
        file.fail("is encrypted; write it with np.savez");
    }
    if (entry.method != 0) {
        file.fail("is compressed; write it with np.savez instead of np.savez_compressed");
    }
    if (entry.size == zip_large || entry.position == zip_large) {
        file.fail("is larger than 4 GiB; write it with np.save");
    }
    file.select(entry.position, zip_entry_bytes, entry.name);
    auto const header = file.read_text(zip_entry_bytes);
    if (!header.starts_with(zip_entry_mark)) {
        file.fail("is not where the directory says; write the archive again with np.savez");
    }
    auto const before = std::uint64_t{entry.position} + zip_entry_bytes + number_at(header, 26, 2) +
        number_at(header, 28, 2);
    file.select(before, entry.size, entry.name);
    file.with_crc = true;
}

/// Throws value_error where the content, read by now, is not what was written.
inline void finish_zip_entry(byte_reader& file, zip_entry const& entry)
{
    std::array<char, 4096> rest;
    while (file.left() > 0) {
        file.read(rest.data(), std::min<std::uint64_t>(rest.size(), file.left()));
    }
    if (file.crc() != entry.crc) {
        file.fail("is damaged (its CRC-32 is another); write it again");
    }
}
} // namespace xgrad::detail
