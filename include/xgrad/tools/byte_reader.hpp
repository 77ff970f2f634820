#pragma once

#include <xgrad/base/error.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace xgrad::detail {
/// CRC-32 as zip and gzip have it (polynomial 0xEDB88320), of bytes that follow those of `before`.
/// Eight bytes at a time: M. Kounavis and F. Berry, Novel table lookup-based algorithms for
/// high-performance CRC generation, 2008.
inline std::uint32_t crc32(std::span<std::byte const> bytes, std::uint32_t before = 0) noexcept
{
    // Of a byte with so many bytes of zeros behind it.
    static constexpr auto remainders = [] {
        std::array<std::array<std::uint32_t, 256>, 8> tables{};
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            auto rest = byte;
            for (int bit = 0; bit < 8; ++bit) {
                rest = rest >> 1 ^ ((rest & 1) != 0 ? 0xEDB88320u : 0u);
            }
            tables[0][byte] = rest;
        }
        for (std::size_t zeros = 1; zeros < tables.size(); ++zeros) {
            for (std::size_t byte = 0; byte < 256; ++byte) {
                auto const rest = tables[zeros - 1][byte];
                tables[zeros][byte] = rest >> 8 ^ tables[0][rest & 0xff];
            }
        }
        return tables;
    }();
    auto const number = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
    auto crc = ~before;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            auto const old = i < 4 ? crc >> 8 * i & 0xff : 0;
            next ^= remainders[7 - i][number(i) ^ old];
        }
        crc = next;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        crc = crc >> 8 ^ remainders[0][(crc ^ number(i)) & 0xff];
    }
    return ~crc;
}

/// ` (No such file or directory)`, or nothing where the system gave no reason.
inline std::string system_reason()
{
    return errno == 0 ? std::string() : " (" + std::generic_category().message(errno) + ")";
}

/// Reads a file, or a part of it, from front to back and never beyond its end. Every error is a
/// value_error that names the operation and the file.
class byte_reader
{
public:
    /// All of the file. Throws value_error where it cannot be opened.
    byte_reader(std::string_view operation, std::string const& path)
        : name_(std::string(operation) + ": \"" + path + "\"")
    {
        errno = 0;
        file_.open(path, std::ios::binary | std::ios::ate);
        auto const end = file_ ? static_cast<std::streamoff>(file_.tellg()) : -1;
        if (end < 0) {
            fail("cannot be opened" + system_reason() + "; check the path");
        }
        size_ = static_cast<std::uint64_t>(end);
        select(0, size_, {});
    }

    /// From here on the `count` bytes at `begin`, which errors call `part` of the file.
    void select(std::uint64_t begin, std::uint64_t count, std::string_view part)
    {
        if (begin > size_ || count > size_ - begin) {
            fail("ends too early; it was cut off or damaged: write it again");
        }
        part_ = part;
        left_ = count;
        crc_ = 0;
        file_.clear();
        file_.seekg(static_cast<std::streamoff>(begin));
    }

    /// The next `count` bytes. Throws value_error where fewer are left.
    void read(void* to, std::size_t count)
    {
        if (count > left_) {
            fail("ends too early; it was cut off or damaged: write it again");
        }
        errno = 0;
        if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(count))) {
            fail("cannot be read" + system_reason() + "; is it a file?");
        }
        left_ -= count;
        if (with_crc) {
            crc_ = crc32({static_cast<std::byte const*>(to), count}, crc_);
        }
    }

    std::string read_text(std::size_t count)
    {
        if (count > left_) {
            fail("ends too early; it was cut off or damaged: write it again");
        }
        std::string text(count, '\0');
        read(text.data(), count);
        return text;
    }

    std::uint64_t size() const noexcept { return size_; }

    /// The bytes of the part that are not yet read.
    std::uint64_t left() const noexcept { return left_; }

    /// Of the bytes of the part that were read, where `with_crc` was set.
    std::uint32_t crc() const noexcept { return crc_; }

    [[noreturn]] void fail(std::string const& what) const
    {
        throw value_error(name_ + (part_.empty() ? "" : ", entry \"" + part_ + "\"") + " " + what);
    }

    bool with_crc = false;

private:
    std::string name_;
    std::string part_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
    std::uint64_t left_ = 0;
    std::uint32_t crc_ = 0;
};

/// A file that is written anew. Every error is a value_error that names the operation and the file.
class byte_writer
{
public:
    /// Throws value_error where the file cannot be created.
    byte_writer(std::string_view operation, std::string const& path)
        : name_(std::string(operation) + ": \"" + path + "\"")
    {
        errno = 0;
        file_.open(path, std::ios::binary | std::ios::trunc);
        if (!file_) {
            fail("cannot be created" + system_reason() + "; check the path");
        }
    }

    void write(std::span<std::byte const> bytes)
    {
        errno = 0;
        file_.write(
            reinterpret_cast<char const*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
    }

    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

    /// Throws value_error where the system did not take all bytes; the file is then incomplete.
    void close()
    {
        file_.close();
        if (!file_) {
            fail("was not written completely" + system_reason() + "; is the disk full?");
        }
    }

    [[noreturn]] void fail(std::string const& what) const { throw value_error(name_ + " " + what); }

private:
    std::string name_;
    std::ofstream file_;
};
} // namespace xgrad::detail
