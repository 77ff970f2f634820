// error: the sentence of a static assertion is in the first error
template <class T>
void refuse(T)
{
    static_assert(sizeof(T) == 0, "the sentence of a static assertion is in the first error");
}

int main()
{
    refuse(1);
}
