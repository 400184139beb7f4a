"""The steps of a wish as pages: for each its words, its form, and the one service call it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.errors import Conflict
from wishes.wishes import services
from wishes.wishes.domain import Action, Stars
from wishes.wishes.forms import handling
from wishes.wishes.forms import steps as forms
from wishes.wishes.models import AnswerTemplate, Wish
from wishes.wishes.services.claims import claim_for

Purpose = AnswerTemplate.Purpose


@dataclass(frozen=True)
class Call:
    """Who takes the step with what: `on_behalf_of` is the author where staff act for them."""

    actor: User
    wish: Wish
    data: Mapping[str, Any]
    on_behalf_of: User | None = None


@dataclass(frozen=True)
class StepPage:
    """One step: what the page says, and what it does."""

    action: Action
    heading: str | Promise
    form: type[forms.StepForm]
    run: Callable[[Call], object]
    button: str | Promise
    done: str | Promise
    lede: str | Promise = ""
    template: str = "wishes/wishes/step.html"
    answers: str = ""
    takes_photos: bool = False

    @property
    def slug(self) -> str:
        """How the step is called in addresses."""
        return self.action.value.replace("_", "-")


def _give_up(call: Call) -> object:
    claim = claim_for(call.actor, call.wish)
    return services.give_up_claim(actor=call.actor, claim=claim, reason=call.data["reason"])


def _answer(call: Call) -> object:
    question = call.wish.questions.filter(answered_at=None).first()
    if question is None:
        raise Conflict(_("这个问题已经回答过了。"), code="answered")
    return services.answer_question(
        actor=call.actor, question=question, answer=call.data["answer"], on_behalf_of=call.on_behalf_of
    )


def _confirm(call: Call) -> object:
    stars = Stars(speed=call.data["speed"], attitude=call.data["attitude"], result=call.data["result"])
    return services.confirm_wish(
        actor=call.actor,
        wish=call.wish,
        stars=stars,
        comment=call.data["comment"],
        on_behalf_of=call.on_behalf_of,
    )


def _appeal(call: Call) -> object:
    return services.open_appeal(
        actor=call.actor, subject=call.wish, reason=call.data["reason"], on_behalf_of=call.on_behalf_of
    )


def _plain(service: Callable[..., object]) -> Callable[[Call], object]:
    """A service whose keywords are the form's fields."""
    return lambda call: service(actor=call.actor, wish=call.wish, **call.data)


def _for_author(service: Callable[..., object]) -> Callable[[Call], object]:
    """The same, where staff may act for the author."""
    return lambda call: service(actor=call.actor, wish=call.wish, on_behalf_of=call.on_behalf_of, **call.data)


_ALL = (
    StepPage(
        action=Action.CLAIM,
        heading=_("我来帮这个忙"),
        lede=_("认领以后，您就能看到怎么联系许愿人。帮不了时可以放弃，说明原因就行。"),
        form=forms.ClaimForm,
        run=_plain(services.claim_wish),
        button=_("我来帮"),
        done=_("谢谢您！许愿人已经知道有人来帮了。请尽快和许愿人联系。"),
    ),
    StepPage(
        action=Action.GIVE_UP,
        heading=_("帮不了了吗？"),
        lede=_("没关系，说一声就好，别的邻居会接着帮。"),
        form=forms.GiveUpForm,
        run=_give_up,
        button=_("放弃认领"),
        done=_("已经告诉许愿人了，心愿重新等人认领。"),
    ),
    StepPage(
        action=Action.FULFIL,
        heading=_("办好了，说一声"),
        lede=_("放 1 到 9 张照片，或者写几句话。许愿人会来确认。"),
        form=forms.FulfilForm,
        run=_plain(services.fulfil_claim),
        button=_("办好了"),
        done=_("辛苦了！已经请许愿人确认。"),
        template="wishes/wishes/steps/fulfil.html",
        takes_photos=True,
    ),
    StepPage(
        action=Action.ENOUGH,
        heading=_("够了，不用再认领？"),
        lede=_("差的部分不再找人认领，已经认领的接着办。都办好了，就请许愿人确认。"),
        form=forms.EnoughForm,
        run=_plain(services.declare_enough),
        button=_("够了"),
        done=_("记下了，不再找人认领。"),
    ),
    StepPage(
        action=Action.CONFIRM,
        heading=_("办得怎么样？"),
        lede=_("打几颗星：快不快、态度好不好、办得好不好。"),
        form=forms.RateForm,
        run=_confirm,
        button=_("确认办好，送出评价"),
        done=_("谢谢您的评价，心愿实现了！"),
    ),
    StepPage(
        action=Action.REOPEN,
        heading=_("哪里还没办好？"),
        lede=_("会退回给帮忙的人接着办，时限重新计算。"),
        form=forms.ReopenForm,
        run=_for_author(services.reopen_wish),
        button=_("请接着办"),
        done=_("已经告诉帮忙的人，接着办。"),
    ),
    StepPage(
        action=Action.WITHDRAW,
        heading=_("要撤回这个心愿吗？"),
        lede=_("撤回后别人就看不到了，正在帮忙的人会收到通知。"),
        form=forms.WithdrawForm,
        run=_for_author(services.withdraw_wish),
        button=_("撤回心愿"),
        done=_("心愿已经撤回。以后有需要，随时再许。"),
    ),
    StepPage(
        action=Action.ANSWER,
        heading=_("有个问题想问您"),
        form=forms.AnswerForm,
        run=_answer,
        button=_("送出回答"),
        done=_("回答收到了，接着为您办。"),
        template="wishes/wishes/steps/answer.html",
    ),
    StepPage(
        action=Action.VERIFY,
        heading=_("核实通过"),
        lede=_("核实属实后，心愿会公开（姓名不公开），等人认领。"),
        form=forms.VerifyForm,
        run=_plain(services.verify_wish),
        button=_("情况属实"),
        done=_("核实记下了，居民会收到通知。"),
        template="wishes/wishes/steps/verify.html",
    ),
    StepPage(
        action=Action.REJECT_VERIFICATION,
        heading=_("请居民补充"),
        lede=_("心愿会退回给居民修改，编号不变，计时停下来。"),
        form=forms.RejectVerificationForm,
        run=_plain(services.reject_verification),
        button=_("退回补充"),
        done=_("已经请居民补充。"),
        answers=Purpose.REJECT_VERIFICATION,
    ),
    StepPage(
        action=Action.PUBLISH,
        heading=_("受理并公开"),
        lede=_("公开后，志愿者和邻居们就能看到并认领。"),
        form=forms.NothingToSay,
        run=_plain(services.publish_wish),
        button=_("受理并公开"),
        done=_("心愿公开了，等人认领。"),
    ),
    StepPage(
        action=Action.DECLINE,
        heading=_("不予受理"),
        form=forms.DeclineForm,
        run=_plain(services.decline_wish),
        button=_("不予受理"),
        done=_("已经把原因告诉居民。"),
        answers=Purpose.DECLINE,
    ),
    StepPage(
        action=Action.CLOSE_CANNOT_BE_DONE,
        heading=_("暂时办不了"),
        lede=_("心愿会办结，原因对大家公开。"),
        form=forms.CannotBeDoneForm,
        run=_plain(services.close_cannot_be_done),
        button=_("办结：暂时办不了"),
        done=_("已经办结，原因告诉居民了。"),
        answers=Purpose.CANNOT_BE_DONE,
    ),
    StepPage(
        action=Action.CLOSE_NOT_OURS,
        heading=_("转请别处办理"),
        lede=_("不归我们管的事，说清楚归谁管。心愿会办结，去向对大家公开。"),
        form=forms.NotOursForm,
        run=_plain(services.close_not_ours),
        button=_("办结：转请别处办理"),
        done=_("已经办结，去向告诉居民了。"),
        answers=Purpose.NOT_OURS,
    ),
    StepPage(
        action=Action.CLOSE_DUPLICATE,
        heading=_("和另一个心愿相同"),
        lede=_("这个心愿会办结，居民可以接着看另一个走到哪一步。"),
        form=forms.DuplicateForm,
        run=_plain(services.close_duplicate),
        button=_("办结：和另一个相同"),
        done=_("已经办结，请居民看另一个心愿。"),
        template="wishes/wishes/steps/duplicate.html",
        answers=Purpose.DUPLICATE,
    ),
    StepPage(
        action=Action.ASK,
        heading=_("问一问居民"),
        form=forms.AskForm,
        run=lambda call: services.pause_for_resident(actor=call.actor, wish=call.wish, question=call.data["question"]),
        button=_("问居民"),
        done=_("已经问了居民，等回答时计时暂停。"),
        answers=Purpose.ASK,
    ),
    StepPage(
        action=Action.EXTEND,
        heading=_("延长时限"),
        form=forms.ExtendForm,
        run=_plain(services.extend_wish),
        button=_("延长"),
        done=_("时限延长了，原因告诉居民了。"),
        answers=Purpose.EXTEND,
    ),
    StepPage(
        action=Action.TRANSFER,
        heading=_("转给另一位工作人员"),
        lede=_("对方马上会收到通知，接下以后由对方负责；在那之前还由原来的同志负责。时限不变。"),
        form=forms.TransferForm,
        run=_plain(services.transfer_wish),
        button=_("转派"),
        done=_("已经告诉对方。"),
    ),
    StepPage(
        action=Action.APPEAL,
        heading=_("请别的同志再看一看"),
        lede=_("由书记或街道来看，不是原来处理的人。结果会发消息告诉您。"),
        form=handling.AppealForm,
        run=_appeal,
        button=_("提出申诉"),
        done=_("申诉收到了，会请别的同志来看，结果告诉您。"),
    ),
    StepPage(
        action=Action.OBJECT,
        heading=_("派错了？说说该谁办"),
        lede=_("谁先接到谁先负责：有人接下之前，还由您负责，时限照常。"),
        form=handling.ObjectForm,
        run=_plain(services.object_to_dispatch),
        button=_("提出派单异议"),
        done=_("异议提上去了。有人接下之前，还请您接着办。"),
    ),
    StepPage(
        action=Action.ACCEPT_HANDOVER,
        heading=_("接下来，由我负责"),
        lede=_("接下以后，这个心愿由您负责。时限接着算，不重新开始。"),
        form=forms.NothingToSay,
        run=_plain(services.accept_handover),
        button=_("我接下来"),
        done=_("接下了，谢谢。现在由您负责。"),
        template="wishes/wishes/steps/handover.html",
    ),
    StepPage(
        action=Action.REFUSE_HANDOVER,
        heading=_("为什么不能接？"),
        form=handling.RefuseHandoverForm,
        run=_plain(services.refuse_handover),
        button=_("不能接"),
        done=_("已经告诉对方，还由原来的同志负责。"),
        template="wishes/wishes/steps/handover.html",
    ),
    StepPage(
        action=Action.WITHDRAW_HANDOVER,
        heading=_("不转了？"),
        lede=_("收回以后，还由原来的同志负责。"),
        form=forms.NothingToSay,
        run=_plain(services.withdraw_handover),
        button=_("收回"),
        done=_("收回了，还由原来的同志负责。"),
        template="wishes/wishes/steps/handover.html",
    ),
    StepPage(
        action=Action.DECIDE_OBJECTION,
        heading=_("这件事该由谁办？"),
        form=handling.DecideObjectionForm,
        run=_plain(services.decide_objection),
        button=_("就这样定"),
        done=_("定下来了，已经告诉有关的同志。"),
        template="wishes/wishes/steps/handover.html",
    ),
)

PAGES: Mapping[str, StepPage] = {page.slug: page for page in _ALL}
SLUGS: Mapping[Action, str] = {page.action: page.slug for page in _ALL}
