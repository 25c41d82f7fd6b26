// Tensor <-> array, without a copy: what memory.py does, for the tensors that are plainly simple.
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_1_22_API_VERSION
#include <numpy/arrayobject.h>

#include <cstring>
#include <utility>

#include "dlpack.hpp"

constexpr int MOST_DIMENSIONS = 8;
constexpr int64_t MOST_WITH_THE_LOCK = 1 << 15;  // elements that are copied while other threads wait

static PyTypeObject* tensor_type;
static const DLPackExchangeAPI* exchange;
static PyGetSetDef* requires_grad;
static PyMethodDef* is_neg;
static PyObject *numpy_method, *item_method, *contiguous_method, *from_numpy;
static PyObject *forward_ad, *current_level;  // the module's names, and which of them
static bool holds_bool, holds_uint32;         // of the installed OpenCV

// The array's type; -1 where OpenCV can't hold it. OpenCV 4 reads a mask of bool as the bytes that it is, but would
// write 255 into one.
static int numpy_type(DLDataType type, bool is_output) {
  if (type.lanes != 1) return -1;
  switch (type.code) {
    case kDLUInt:
      return type.bits == 8 ? NPY_UINT8 : type.bits == 16 ? NPY_UINT16 : type.bits == 32 && holds_uint32 ? NPY_UINT32 : -1;
    case kDLInt:
      return type.bits == 8 ? NPY_INT8 : type.bits == 16 ? NPY_INT16 : type.bits == 32 ? NPY_INT32 : -1;
    case kDLFloat:
      return type.bits == 16 ? NPY_FLOAT16 : type.bits == 32 ? NPY_FLOAT32 : type.bits == 64 ? NPY_FLOAT64 : -1;
    case kDLBool:
      return type.bits != 8 ? -1 : holds_bool ? NPY_BOOL : is_output ? -1 : NPY_UINT8;
  }
  return -1;
}

// Whether the tensor's numbers are the ones in its memory, and autograd doesn't ask for them.
static bool is_plain(PyObject* tensor) {
  PyObject* answer = requires_grad->get(tensor, requires_grad->closure);
  Py_XDECREF(answer);
  if (answer == Py_False) {
    answer = is_neg->ml_meth(tensor, nullptr);
    Py_XDECREF(answer);
  }
  if (!answer) PyErr_Clear();
  return answer == Py_False;
}

// Whether forward-mode differentiation is under way, in which a tensor may carry a tangent.
static bool in_forward_ad() {
  PyObject* level = PyDict_GetItemWithError(forward_ad, current_level);
  long value = level ? PyLong_AsLong(level) : 0;
  if (PyErr_Occurred()) PyErr_Clear();
  return value >= 0;
}

static bool describe(PyObject* tensor, DLTensor* out) {
  if (exchange->dltensor_from_py_object_no_sync(tensor, out)) {
    PyErr_Clear();
    return false;
  }
  for (int i = 0; i < out->ndim; i++)
    if (out->shape[i] < 1) return false;
  // functorch's tensors have no memory.
  return out->device.device_type == kDLCPU && out->data && out->ndim <= MOST_DIMENSIONS;
}

// Whether a Mat can describe an output's memory beyond doubt, dimensions of size 1 included.
static bool has_mats_layout(const DLTensor& d) {
  const int n = d.ndim;
  if (n < 2 || n > 3 || d.shape[1] < 2 || d.shape[n - 1] < 2 || d.strides[n - 1] != 1) return false;
  return (n == 2 || d.strides[1] == d.shape[2]) && d.strides[0] >= d.strides[1] * d.shape[1];
}

// As torch sees it: the stride of a dimension of size 1 doesn't matter.
static bool is_contiguous(const DLTensor& d) {
  for (int64_t i = d.ndim - 1, size = 1; i >= 0; size *= d.shape[i--])
    if (d.shape[i] > 1 && d.strides[i] != size) return false;
  return true;
}

// Whether cv2 can be left to look at an input's layout (and to copy what it doesn't like): see memory.py's rows_apart.
static bool is_for_cv2_to_judge(const DLTensor& d) {
  if (d.ndim == 1) return true;
  if (d.ndim < 4) return d.strides[0] >= d.strides[1] * d.shape[1] || is_contiguous(d);
  for (int64_t i = d.ndim - 1, size = 1; i >= 0; size *= d.shape[i--])
    if (d.strides[i] != size) return false;
  return true;
}

// Whether an output that no Mat can describe is simply staged: every element has memory of its own, and there are several
// along each dimension.
static bool can_be_staged(const DLTensor& d) {
  if (d.ndim < 2 || d.ndim > 3) return false;
  int order[3] = {0, 1, 2};
  for (int i = 1; i < d.ndim; i++)  // by their strides
    for (int j = i; j > 0 && d.strides[order[j]] < d.strides[order[j - 1]]; j--) std::swap(order[j], order[j - 1]);
  for (int64_t i = 0, reach = 1; i < d.ndim; i++) {
    if (d.shape[order[i]] < 2 || d.strides[order[i]] < reach) return false;
    reach = d.strides[order[i]] * d.shape[order[i]];
  }
  return true;
}

struct Layout {
  char* data;
  int64_t strides[3];  // in bytes
};

// Copies element by element, along the second dimension first: it is the longest where the last one is channels.
template <size_t SIZE>
static void copy_elements(const int64_t* shape, const Layout& to, const Layout& from) {
  for (int64_t i = 0; i < shape[0]; i++)
    for (int64_t k = 0; k < shape[2]; k++) {
      char* target = to.data + i * to.strides[0] + k * to.strides[2];
      const char* source = from.data + i * from.strides[0] + k * from.strides[2];
      for (int64_t j = 0; j < shape[1]; j++, target += to.strides[1], source += from.strides[1])
        memcpy(target, source, SIZE);
    }
}

// Between a tensor of 2 or 3 dimensions and a contiguous array of its shape and its elements' size.
static void copy_between(const DLTensor& d, PyObject* array, bool into_array) {
  const int64_t size = d.dtype.bits / 8, shape[3] = {d.shape[0], d.shape[1], d.ndim > 2 ? d.shape[2] : 1};
  const int64_t last = d.ndim > 2 ? d.strides[2] : 1;
  const Layout tensors = {static_cast<char*>(d.data) + d.byte_offset,
                          {d.strides[0] * size, d.strides[1] * size, last * size}};
  const Layout arrays = {static_cast<char*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(array))),
                         {shape[1] * shape[2] * size, shape[2] * size, size}};
  const Layout &to = into_array ? arrays : tensors, &from = into_array ? tensors : arrays;
  PyThreadState* state = shape[0] * shape[1] * shape[2] > MOST_WITH_THE_LOCK ? PyEval_SaveThread() : nullptr;
  switch (size) {
    case 1: copy_elements<1>(shape, to, from); break;
    case 2: copy_elements<2>(shape, to, from); break;
    case 4: copy_elements<4>(shape, to, from); break;
    case 8: copy_elements<8>(shape, to, from); break;
  }
  if (state) PyEval_RestoreThread(state);
}

// A contiguous array with the elements of a tensor of 2 or 3 dimensions.
static PyObject* staged(const DLTensor& d, int type) {
  npy_intp shape[3];
  for (int i = 0; i < d.ndim; i++) shape[i] = d.shape[i];
  PyObject* array = PyArray_SimpleNew(d.ndim, shape, type);
  if (array) copy_between(d, array, true);
  else PyErr_Clear();
  return array;
}

// Brings what OpenCV has written to a staged array into the tensor; nothing to do where the array is over its memory.
static bool unstage(PyObject* tensor, PyObject* object) {
  auto* array = reinterpret_cast<PyArrayObject*>(object);
  if (PyArray_BASE(array)) return true;
  DLTensor d;
  // Another thread may have given the tensor other memory meanwhile.
  bool same = describe(tensor, &d) && d.ndim == PyArray_NDIM(array) && d.dtype.bits == 8 * PyArray_ITEMSIZE(array) &&
              can_be_staged(d);
  for (int i = 0; same && i < d.ndim; i++) same = d.shape[i] == PyArray_DIM(array, i);
  if (same) return copy_between(d, object, false), true;
  PyErr_SetString(PyExc_RuntimeError, "an output was given other memory while OpenCV wrote to it");
  return false;
}

// Whether cv2 would copy an input for its channels' sake, which `staged` does faster.
static bool would_be_copied(const DLTensor& d) { return d.ndim == 3 && d.shape[2] > 1 && d.strides[2] != 1; }

static PyObject* array_over(PyObject* tensor, const DLTensor& d, int type) {
  npy_intp shape[MOST_DIMENSIONS], strides[MOST_DIMENSIONS];
  for (int i = 0; i < d.ndim; i++) {
    shape[i] = d.shape[i];
    strides[i] = d.strides[i] * (d.dtype.bits / 8);
  }
  char* data = static_cast<char*>(d.data) + d.byte_offset;
  PyObject* array = PyArray_NewFromDescr(&PyArray_Type, PyArray_DescrFromType(type), d.ndim, shape, strides, data,
                                         NPY_ARRAY_WRITEABLE | NPY_ARRAY_ALIGNED, nullptr);
  if (!array) {
    PyErr_Clear();
    return nullptr;
  }
  Py_INCREF(tensor);
  PyArray_SetBaseObject(reinterpret_cast<PyArrayObject*>(array), tensor);
  return array;
}

// An array over a tensor's memory, or a contiguous copy where it must be one (of an output, to be brought back by
// `unstage`); a new reference. nullptr, and no error set, if the tensor isn't simple.
static PyObject* array_of(PyObject* tensor, const DLTensor& d, bool is_output) {
  const int type = numpy_type(d.dtype, is_output);
  const bool shares = is_output ? has_mats_layout(d) : is_for_cv2_to_judge(d) && !would_be_copied(d);
  if (type < 0 || (is_output && !shares && !can_be_staged(d)) || !is_plain(tensor)) return nullptr;
  if (shares) return array_over(tensor, d, type);
  if (d.ndim < 4) return staged(d, type);
  PyObject* copy = PyObject_CallOneArg(contiguous_method, tensor);
  if (!copy) PyErr_Clear();
  DLTensor of_copy;
  const bool simple = copy && Py_TYPE(copy) == tensor_type && describe(copy, &of_copy);
  PyObject* array = simple ? array_over(copy, of_copy, type) : nullptr;
  Py_XDECREF(copy);
  return array;
}

// An array that outlives its call holds the tensor, as its base. But a tensor can be given other memory (`set_`,
// `.data = `, `resize_`); `Tensor.numpy` takes hold of the memory itself, and forbids to resize it.
static void hold_memory(PyObject* array) {
  auto* fields = reinterpret_cast<PyArrayObject_fields*>(array);
  if (!fields->base || Py_TYPE(fields->base) != tensor_type) return;
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  Py_INCREF(array);
  PyObject* owner = PyObject_CallOneArg(numpy_method, fields->base);
  if (owner) {
    PyObject* tensor = fields->base;
    fields->base = owner;
    Py_DECREF(tensor);
  } else {
    PyErr_Clear();
  }
  Py_DECREF(array);
  PyErr_Restore(type, value, traceback);
}

// The number in a 0-dim tensor.
static PyObject* number_of(PyObject* tensor) {
  PyObject* number = PyObject_CallOneArg(item_method, tensor);
  if (!number) PyErr_Clear();
  return number;
}

// The numbers of a short 1-dim tensor, as a point, a colour or the like. nullptr, and no error set, if it isn't simple.
static PyObject* numbers_of(PyObject* tensor, const DLTensor& d) {
  if (d.dtype.lanes != 1 || !is_plain(tensor)) return nullptr;
  const Py_ssize_t count = d.shape[0];
  PyObject* numbers = PyTuple_New(count);
  for (Py_ssize_t i = 0; numbers && i < count; i++) {
    const char* at = static_cast<char*>(d.data) + d.byte_offset + i * d.strides[0] * (d.dtype.bits / 8);
    PyObject* number = nullptr;
    switch (d.dtype.code * 100 + d.dtype.bits) {
      case kDLUInt * 100 + 8: number = PyLong_FromLong(*reinterpret_cast<const uint8_t*>(at)); break;
      case kDLInt * 100 + 32: number = PyLong_FromLong(*reinterpret_cast<const int32_t*>(at)); break;
      case kDLInt * 100 + 64: number = PyLong_FromLongLong(*reinterpret_cast<const int64_t*>(at)); break;
      case kDLFloat * 100 + 32: number = PyFloat_FromDouble(*reinterpret_cast<const float*>(at)); break;
      case kDLFloat * 100 + 64: number = PyFloat_FromDouble(*reinterpret_cast<const double*>(at)); break;
    }
    if (!number) Py_CLEAR(numbers);
    else PyTuple_SET_ITEM(numbers, i, number);
  }
  if (PyErr_Occurred()) PyErr_Clear();
  return numbers;
}

struct SharedArray {
  DLManagedTensorVersioned managed;
  int64_t shape[MOST_DIMENSIONS], strides[MOST_DIMENSIONS];
  PyObject* array;
};

static void give_back(DLManagedTensorVersioned* managed) {
  auto* shared = static_cast<SharedArray*>(managed->manager_ctx);
  if (Py_IsInitialized()) {  // a tensor may be the last thing to go
    PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF(shared->array);
    PyGILState_Release(state);
  }
  delete shared;
}

// The tensor over an array's memory. Steals the array.
static PyObject* tensor_of(PyObject* object) {
  auto* array = reinterpret_cast<PyArrayObject*>(object);
  const int n = PyArray_NDIM(array);
  const npy_intp size = PyArray_ITEMSIZE(array);
  const char kind = PyArray_DESCR(array)->kind;
  const int code = kind == 'u' ? kDLUInt : kind == 'i' ? kDLInt : kind == 'f' ? kDLFloat : kind == 'b' ? kDLBool : -1;
  bool simple = code >= 0 && size <= 8 && n > 0 && n <= MOST_DIMENSIONS && PyArray_SIZE(array) > 0 &&
                PyArray_ISBEHAVED(array);
  for (int i = 0; simple && i < n; i++) simple = PyArray_STRIDE(array, i) >= 0 && PyArray_STRIDE(array, i) % size == 0;
  if (!simple) {
    PyObject* tensor = PyObject_CallOneArg(from_numpy, object);
    Py_DECREF(object);
    return tensor;
  }
  auto* shared = new SharedArray;
  for (int i = 0; i < n; i++) {
    shared->shape[i] = PyArray_DIM(array, i);
    shared->strides[i] = PyArray_STRIDE(array, i) / size;
  }
  shared->array = object;
  shared->managed = {{1, 0}, shared, give_back, 0, {}};
  shared->managed.dl_tensor = {PyArray_DATA(array), {kDLCPU, 0}, n,
                               {static_cast<uint8_t>(code), static_cast<uint8_t>(size * 8), 1},
                               shared->shape, shared->strides, 0};
  void* tensor = nullptr;
  if (exchange->managed_tensor_to_py_object_no_sync(&shared->managed, &tensor)) return nullptr;
  return static_cast<PyObject*>(tensor);
}
