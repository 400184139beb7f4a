"""What the desk tells people."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

PHOTO_REPORTED = notice_kind(
    "desk.photo_reported",
    label=_("有人说照片要遮一遮"),
    title=_("有张照片要看一看"),
    body=_("有人说“{title}”的照片{what}。请看一看，要遮就遮上。"),
    channels=("inbox",),
    for_staff=True,
)
PHOTO_COVERED = notice_kind(
    "desk.photo_covered",
    label=_("我传的照片被遮了一部分"),
    title=_("您的照片遮了一部分"),
    body=_("“{title}”的照片里有人脸、车牌这样的内容，工作人员遮上了，原来的照片已经删掉。"),
    channels=("inbox",),
)
