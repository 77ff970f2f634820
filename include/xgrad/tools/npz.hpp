#pragma once

#include <xgrad/tools/npy.hpp>
#include <xgrad/tools/zip.hpp>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace xgrad {
/// An array and its name in an archive: `{"weights", w}`.
class named_array
{
public:
    template <array_operand X>
    named_array(std::string name, X const& x)
        : name_(std::move(name)), body_(detail::body_for_npy(x))
    {}

    std::string const& name() const noexcept { return name_; }

    tensor_body const& body() const noexcept { return *body_; }

private:
    std::string name_;
    body_pointer body_;
};

namespace detail {
template <class Arrays>
void save_npz(std::string const& path, Arrays const& arrays)
{
    byte_writer file("save_npz", path);
    zip_writer archive(file);
    std::vector<std::string> names;
    for (named_array const& x : arrays) {
        if (std::find(names.begin(), names.end(), x.name()) != names.end()) {
            file.fail("would hold two arrays named \"" + x.name() + "\"; rename one");
        }
        names.push_back(x.name());
        archive.add(x.name() + ".npy", npy_header_of(x.body()), bytes_in(x.body()));
    }
    archive.close();
    file.close();
}
} // namespace detail

/// Writes arrays of any types and shapes as an .npz archive, uncompressed: np.load reads it.
/// Throws value_error where the file cannot be written, a name stands twice, or all together they
/// are larger than 4 GiB.
inline void save_npz(std::string const& path, std::initializer_list<named_array> arrays)
{
    detail::save_npz(path, arrays);
}

template <class T>
void save_npz(std::string const& path, std::map<std::string, tensor<T>> const& arrays)
{
    std::vector<named_array> list;
    for (auto const& [name, x] : arrays) {
        list.emplace_back(name, x);
    }
    detail::save_npz(path, list);
}

/// Reads all arrays of an uncompressed .npz archive, converted to T as `load_npy` does. Throws
/// value_error, naming file and entry, where something is missing, damaged or compressed.
template <tensor_element T = double>
std::map<std::string, tensor<T>> load_npz(std::string const& path)
{
    constexpr std::string_view suffix = ".npy";
    detail::byte_reader file("load_npz", path);
    std::map<std::string, tensor<T>> arrays;
    for (auto const& entry : detail::zip_entries(file)) {
        auto name = entry.name;
        if (name.ends_with(suffix)) {
            name.resize(name.size() - suffix.size());
        }
        detail::select_zip_entry(file, entry);
        auto x = detail::read_npy<T>(file);
        detail::finish_zip_entry(file, entry);
        if (!arrays.emplace(std::move(name), std::move(x)).second) {
            file.fail("stands in the archive twice; write it again");
        }
    }
    return arrays;
}
} // namespace xgrad
